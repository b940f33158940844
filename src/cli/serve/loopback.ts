// Whether only this machine reaches an address.

/** `undefined`: all addresses of the machine. */
export function isLoopback(host: string | undefined): boolean {
  return host === 'localhost' || host === '::1' || host?.startsWith('127.') === true;
}
