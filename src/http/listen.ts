// Opens a listener, and says in one sentence why it cannot be opened.
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpError } from './http-error.ts';

export interface Address {
  /** `undefined`: all addresses of the machine. */
  readonly host: string | undefined;
  /** 0: any free one. */
  readonly port: number;
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there; stop it, or choose another port',
  EADDRNOTAVAIL: 'the address is none of this machine',
  EACCES: 'it is not permitted; ports below 1024 are for root',
  ENOTFOUND: 'the name cannot be resolved',
};

/** `key` is the one of the configuration. Returns the port. Throws HttpError `ADDRESS`. */
export async function listen(server: Server, { host, port }: Address, key: string): Promise<number> {
  try {
    server.listen({ port, ...(host !== undefined && { host }) });
    await once(server, 'listening');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const shown = `${host === undefined || host.includes(':') ? `[${host ?? '::'}]` : host}:${port}`;
    const reason = REASONS[code] ?? (error as Error).message;
    throw new HttpError('ADDRESS', `cannot listen on ${shown} (${key}): ${reason}`, { cause: error });
  }
  return (server.address() as AddressInfo).port;
}
