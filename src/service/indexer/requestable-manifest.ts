// Where the layers of a posted manifest may be asked for, and with which headers: anybody may have written it.
import type { Digest } from '../../base/digest.ts';
import type { ClairLayer, ClairManifest } from '../../model/clair.ts';
import { ServiceError } from '../service-error.ts';

/** An address signed by a cloud's store, with the token of its session, has some 4,000 characters. */
const MAX_URI_LENGTH = 16 * 1024;

/** Quay sends two, clairctl what its own request had. */
const MAX_HEADERS = 64;

/** A registry's token with the rights for one repository has a few KiB; servers take 8 to 16 in all. */
const MAX_HEADER_CHARACTERS = 32 * 1024;

/** An empty tar, compressed: Quay puts it in the place of each step that changes no file. */
export const EMPTY_LAYER: Digest = 'sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4';

/** Headers of a connection, and those that would make other bytes of the answer: they are ours to set. */
const OURS = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'range',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The manifest with names of headers in lower case and without those that are ours to set. Digests, and the form of
 * headers, have been checked by whoever received it. Throws ServiceError `BAD_REQUEST`.
 */
export function requestableManifest({ hash, layers }: ClairManifest): ClairManifest {
  return { hash, layers: layers.map((layer, index) => requestable(layer, `layer ${index}`)) };
}

/** Those that have content, base first, as often as the image has them. */
export function layersWithContent({ layers }: ClairManifest): readonly ClairLayer[] {
  return layers.filter(({ hash }) => hash !== EMPTY_LAYER);
}

/** Each layer once, at its first place. */
export function distinctLayers(layers: readonly ClairLayer[]): readonly ClairLayer[] {
  const first = new Map<string, ClairLayer>();
  for (const layer of layers) if (!first.has(layer.hash)) first.set(layer.hash, layer);
  return [...first.values()];
}

function requestable({ hash, uri, headers }: ClairLayer, what: string): ClairLayer {
  // Of a layer that is known already nobody asks: that it has no address is told by whoever needs it.
  if (uri !== '') checkUri(uri, what);
  return { hash, uri, headers: sentHeaders(headers, what) };
}

function checkUri(uri: string, what: string): void {
  if (uri.length > MAX_URI_LENGTH)
    throw bad(`the uri of ${what} is longer than ${MAX_URI_LENGTH} characters`);
  if (!URL.canParse(uri)) throw bad(`the uri of ${what} is no address`);
  const { protocol, username, password } = new URL(uri);
  if (protocol !== 'https:' && protocol !== 'http:')
    throw bad(`the uri of ${what} is neither https nor http`);
  if (username !== '' || password !== '') {
    throw bad(`the uri of ${what} has a password in it; send an Authorization header instead`);
  }
}

function sentHeaders(headers: ClairLayer['headers'], what: string): ClairLayer['headers'] {
  const entries = Object.entries(headers);
  if (entries.length > MAX_HEADERS) throw bad(`${what} has more than ${MAX_HEADERS} headers`);
  const sent = new Map<string, readonly string[]>();
  let characters = 0;
  for (const [name, values] of entries) {
    characters += name.length + values.join('').length;
    const lower = name.toLowerCase();
    if (!OURS.has(lower)) sent.set(lower, [...(sent.get(lower) ?? []), ...values]);
  }
  if (characters > MAX_HEADER_CHARACTERS) {
    throw bad(`the headers of ${what} have more than ${MAX_HEADER_CHARACTERS} characters`);
  }
  return Object.fromEntries(sent);
}

function bad(message: string): ServiceError {
  return new ServiceError('BAD_REQUEST', `bogus manifest: ${message}`);
}
