// Opens connections to permitted addresses only: the address that was judged is the one that is connected to.
import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import type { AddressPolicy, Trust } from './address-policy.ts';

/** Thrown into the connection attempt; `AddressRefused` tells it from failures worth another try. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED';
}

export interface ConnectionOptions {
  readonly policy: AddressPolicy;
  readonly trust: Trust;
  /** PEM, in addition to what Node trusts. */
  readonly ca: readonly string[] | undefined;
  /** Whether any certificate will do. */
  readonly insecure: boolean;
  readonly timeoutMs: number;
  /** Told of names that were resolved to private addresses. */
  readonly onPrivate: (host: string) => void;
}

/** A connector for undici. Literal addresses are judged here, since Node does not look those up. */
export function guardedConnector(options: ConnectionOptions): buildConnector.connector {
  const { policy, trust, ca, insecure, timeoutMs, onPrivate } = options;
  const connect = buildConnector({
    timeout: timeoutMs,
    rejectUnauthorized: !insecure,
    ...(ca && { ca: [...ca] }),
    lookup: guardedLookup(options),
  } as buildConnector.BuildOptions);
  return (target, callback) => {
    if (isIP(target.hostname)) {
      const refusal = policy.refusal(target.hostname, trust);
      if (refusal !== undefined) {
        callback(new AddressRefused(refusal), null);
        return;
      }
      if (policy.isPrivate(target.hostname)) onPrivate(target.hostname);
    }
    connect(target, callback);
  };
}

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** Of several addresses the permitted ones are used; none: the first refusal is the reason. */
function guardedLookup({ policy, trust, onPrivate }: ConnectionOptions) {
  return (host: string, options: LookupOptions, callback: LookupCallback): void => {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error) {
        callback(error, []);
        return;
      }
      const permitted = addresses.filter(({ address }) => policy.refusal(address, trust) === undefined);
      const [first] = permitted;
      if (first === undefined) {
        const refusal = policy.refusal(addresses[0]?.address ?? '', trust) ?? 'it has no address';
        callback(new AddressRefused(refusal), []);
        return;
      }
      if (permitted.some(({ address }) => policy.isPrivate(address))) onPrivate(host);
      if (options.all) callback(null, permitted);
      else callback(null, first.address, first.family);
    });
  };
}
