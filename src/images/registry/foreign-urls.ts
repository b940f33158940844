// The addresses that a manifest gives for its foreign layers, and which of them are used.
import { type Digest, parseDigest } from '../../base/digest.ts';

/** Microsoft's registry, its go links and its stores: nobody else has published foreign layers. */
const FOREIGN_HOSTS = ['*.microsoft.com', '*.azureedge.net'];

/** A blob of a registry, so that mirrors and token services apply; or any other file. */
export type ForeignUrl =
  | { readonly kind: 'blob'; readonly host: string; readonly repository: string; readonly digest: Digest }
  | { readonly kind: 'file'; readonly host: string; readonly url: URL };

export class ForeignHosts {
  readonly #patterns: readonly string[];

  /** `further`: hosts beside Microsoft's, `files.example.com` or `*.example.com`. */
  constructor(further: readonly string[] = []) {
    this.#patterns = [...FOREIGN_HOSTS, ...further].map((each) => each.toLowerCase());
  }

  allows(host: string): boolean {
    const name = host.toLowerCase();
    return this.#patterns.some((pattern) =>
      pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern,
    );
  }
}

/** `undefined` for what is no HTTPS address; plain HTTP is not used, since nothing but the digest would vouch for it. */
export function parseForeignUrl(text: string): ForeignUrl | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return undefined;
  const [, repository, digest] =
    /^\/v2\/([a-z0-9._/-]+)\/blobs\/(sha256:[0-9a-f]{64})$/.exec(url.pathname) ?? [];
  if (repository !== undefined && digest !== undefined) {
    return { kind: 'blob', host: url.host, repository, digest: parseDigest(digest) };
  }
  return { kind: 'file', host: url.host, url };
}
