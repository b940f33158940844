// Addresses to listen on, as Go writes them.

export interface ListenAddress {
  /** `undefined`: all addresses of the machine. */
  readonly host: string | undefined;
  /** 0: any free one. */
  readonly port: number;
}

const ADDRESS = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^[\]:\s/]*)):(\d{1,5})$/;

/** Reads `:6060`, `127.0.0.1:6060`, `[::1]:6060`; `undefined` for anything else. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const [, ipv6, host, port] = ADDRESS.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) return undefined;
  return { host: ipv6 ?? (host || undefined), port: Number(port) };
}
