// A bare HTTP server in a process of its own, that answers every request with the same bytes: what is measured against.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface ReferenceServer {
  readonly origin: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Base64. */
  readonly body: string;
}

export async function startReference(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): Promise<ReferenceServer> {
  const child = fork(fileURLToPath(import.meta.url), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.send({ status, headers, body: body.toString('base64') } satisfies Answer);
  const [port] = (await once(child, 'message')) as [number];
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
}

/** What the child does. */
function serve({ status, headers, body }: Answer): void {
  const bytes = Buffer.from(body, 'base64');
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(status, { ...headers, 'content-length': bytes.length }).end(bytes);
    });
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  // Whoever started it is gone.
  process.on('disconnect', () => process.exit());
}

if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('message', (answer) => serve(answer as Answer));
}
