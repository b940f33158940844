// Which network addresses may be contacted, judged by the address itself, after its name was resolved.
import { BlockList, isIP, isIPv6 } from 'node:net';
import { ImageError } from '../image-error.ts';

/**
 * Who brought the host into play. `named`: the user, on the command line or in their configuration. `posted`: a client
 * that the service knows by its key, which passes on addresses that images bring: of private hosts, but not of this
 * machine itself. `found`: a document or a redirect, which may come from anybody.
 */
export type Trust = 'named' | 'posted' | 'found';

type AddressFamily = 'ipv4' | 'ipv6';

/**
 * Never a registry: this network, link-local with the metadata service of most clouds, multicast, reserved; and the
 * metadata services of Alibaba Cloud, Azure's host, Oracle Cloud, AWS and Google Cloud outside of link-local.
 */
const FORBIDDEN: readonly string[] = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  '::/128',
  'fe80::/10',
  'ff00::/8',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
];

/** Loopback, RFC 1918, carrier-grade NAT, protocol assignments, benchmarking; IPv6 loopback, unique and site local. */
const PRIVATE: readonly string[] = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '192.0.0.0/24',
  '198.18.0.0/15',
  '::1/128',
  'fc00::/7',
  'fec0::/10',
];

const LOOPBACK: readonly string[] = ['127.0.0.0/8', '::1/128'];

/** Names of metadata services: behind a proxy it is the proxy that resolves names, so these never get that far. */
const FORBIDDEN_NAMES = /^metadata(?:\.google\.internal|\.goog|\.azure\.internal)?\.?$/i;

export interface AddressPolicyOptions {
  /** How a private address is allowed, as the end of a sentence; default by the option of the command line. */
  readonly howToAllow?: (address: string) => string;
  /** Keep to private addresses: nothing leaves the site, whatever is named. */
  readonly airgap?: boolean;
}

export class AddressPolicy {
  readonly #forbidden = blockList(FORBIDDEN);
  readonly #private = blockList(PRIVATE);
  readonly #loopback = blockList(LOOPBACK);
  readonly #allowed: BlockList;
  readonly #howToAllow: (address: string) => string;
  readonly #airgap: boolean;

  /** `allowed`: private addresses that documents and redirects may lead to, as `10.0.0.0/8` or `10.1.2.3`. */
  constructor(allowed: readonly string[] = [], options: AddressPolicyOptions = {}) {
    this.#allowed = blockList(allowed);
    this.#howToAllow = options.howToAllow ?? ((address) => `allow it with --allow-address ${address}`);
    this.#airgap = options.airgap ?? false;
  }

  isPrivate(address: string): boolean {
    return contains(this.#private, address);
  }

  /** Why `address` must not be contacted, as the end of a sentence; `undefined` when it may. */
  refusal(address: string, trust: Trust): string | undefined {
    if (contains(this.#forbidden, address)) {
      return `${address} is a link-local, metadata or reserved address, which is never contacted`;
    }
    if (!this.isPrivate(address)) {
      return this.#airgap
        ? `${address} is a public address, and indexer.airgap keeps to private ones`
        : undefined;
    }
    if (trust === 'named' || contains(this.#allowed, address)) return undefined;
    if (trust === 'posted' && !contains(this.#loopback, address)) return undefined;
    return `${address} is a private address that the user did not name; if it is yours, ${this.#howToAllow(address)}`;
  }

  /** The same for the host of a URL, as far as it can be told without resolving it. */
  refusalOfName(host: string, trust: Trust): string | undefined {
    const bare = host.replace(/^\[|\]$/g, '');
    if (isIP(bare)) return this.refusal(bare, trust);
    if (FORBIDDEN_NAMES.test(bare)) return 'it names a metadata service, which is never contacted';
    return /^(?:.+\.)?localhost\.?$/i.test(bare) ? this.refusal('127.0.0.1', trust) : undefined;
  }
}

/** Throws ImageError `INVALID_ADDRESS`. */
function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const family = familyOf(address);
    const most = family === 'ipv6' ? 128 : 32;
    const bits = prefix === undefined ? most : Number(prefix);
    if (isIP(address) === 0 || !/^\d*$/.test(prefix ?? '') || bits > most) {
      throw new ImageError(
        'INVALID_ADDRESS',
        `${JSON.stringify(range)} is not an address range; write it like 10.0.0.0/8 or 10.1.2.3`,
      );
    }
    list.addSubnet(address, bits, family);
  }
  return list;
}

function contains(list: BlockList, address: string): boolean {
  const embedded = embeddedIPv4(address);
  if (embedded !== undefined && list.check(embedded, 'ipv4')) return true;
  return list.check(address, familyOf(address));
}

function familyOf(address: string): AddressFamily {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}

/** The IPv4 address that NAT64 (RFC 6052), 6to4 (RFC 3056) or a mapped or compatible address stands for; `::1` for none. */
function embeddedIPv4(address: string): string | undefined {
  if (!isIPv6(address)) return undefined;
  const groups = expand(address);
  const isTail =
    (groups[0] === 0x64 && groups[1] === 0xff9b) ||
    (groups.slice(0, 5).every((group) => group === 0) &&
      (groups[5] === 0xffff || (groups[5] === 0 && groups[6] !== 0)));
  const is6to4 = groups[0] === 0x2002;
  if (!isTail && !is6to4) return undefined;
  const [high = 0, low = 0] = isTail ? groups.slice(6) : groups.slice(1, 3);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The eight groups of an IPv6 address. The URL parser brings any spelling into the shortest form in hexadecimal. */
function expand(address: string): number[] {
  const shortest = new URL(`http://[${address.replace(/%.*/, '')}]/`).hostname.slice(1, -1);
  const [left = '', right] = shortest.split('::');
  const parse = (part: string): number[] => (part === '' ? [] : part.split(':').map((g) => parseInt(g, 16)));
  const head = parse(left);
  if (right === undefined) return head;
  const tail = parse(right);
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}
