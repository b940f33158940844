// Runs the built command as a service, as an administrator does, over a database that several share.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { peakOf, processorTimeOf } from '../measure.ts';

const COMMAND = resolve(import.meta.dirname, '../../dist/cli/main.js');

/** A start with migrations takes seconds, on a machine that does other things too. */
const START_MS = 60_000;

export interface ReplicaOptions {
  readonly connstring: string;
  /** Folder with Microsoft's documents; without it the replica updates nothing. */
  readonly feed?: string | undefined;
}

export interface Replica {
  /** Without a path. */
  readonly origin: string;
  readonly process: ChildProcess;
  /** Peak of its resident memory so far, in MB. */
  megabytes(): number;
  /** Processor time so far, in milliseconds. */
  processorTime(): number;
  /** `SIGKILL` for the worst case; otherwise it shuts down in order. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Returns when it is ready. Throws with what it said when it is not in time. */
export async function startReplica({ connstring, feed }: ReplicaOptions): Promise<Replica> {
  const folder = mkdtempSync(join(tmpdir(), 'clearstory-bench-'));
  const [api, introspection] = [await freePort(), await freePort()];
  const database = { connstring, migrations: true };
  const configuration = {
    http_listen_addr: `127.0.0.1:${api}`,
    introspection_addr: `127.0.0.1:${introspection}`,
    log_level: 'error',
    indexer: database,
    matcher: { ...database, ...(feed === undefined && { disable_updaters: true }) },
    clearstory: {
      data_dir: folder,
      ...(feed !== undefined && { feed }),
      // Layers are served by this machine.
      allow_addresses: ['127.0.0.0/8'],
    },
  };
  const path = join(folder, 'config.yaml');
  writeFileSync(path, stringify(configuration));
  const child = spawn(process.execPath, [COMMAND, 'serve', '--config', path], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, CLAIR_MODE: 'combo' },
  });
  const exit = once(child, 'exit');
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    child.kill(signal);
    await exit;
    rmSync(folder, { recursive: true, force: true });
  };
  const end = performance.now() + START_MS;
  while (!(await isReady(`http://127.0.0.1:${introspection}/readyz`))) {
    if (child.exitCode !== null || performance.now() > end) {
      await stop('SIGKILL');
      throw new Error('the service did not start; build it first, and see above for what it said');
    }
    await sleep(50);
  }
  return {
    origin: `http://127.0.0.1:${api}`,
    process: child,
    megabytes: () => peakOf(child.pid),
    processorTime: () => processorTimeOf(child.pid),
    stop,
  };
}

async function isReady(url: string): Promise<boolean> {
  return await fetch(url).then(
    (answer) => answer.ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
