// The manifest that is posted to be indexed, checked before anything is done with it.
import type { ClairLayer, ClairManifest } from '../model/clair.ts';
import { ServiceError } from '../service/service-error.ts';
import { readDigest } from './path-digest.ts';

/** Of RFC 9110: what may stand in a request to a registry. Line ends would smuggle in a second header. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

/** Throws ServiceError BAD_REQUEST, and TOO_LARGE for more than `maxLayers`. */
export function readManifest(body: Uint8Array, maxLayers: number): ClairManifest {
  const { hash, layers } = asObject(parseJson(body), 'the manifest');
  if (hash === undefined || hash === null) throw bogus('it has no hash');
  const digest = readDigest(hash);
  if (layers === undefined || layers === null) throw bogus('it has no layers');
  if (!Array.isArray(layers)) throw malformed('layers is no array');
  if (layers.length === 0) throw bogus('it has no layers');
  if (layers.length > maxLayers) {
    throw new ServiceError(
      'TOO_LARGE',
      `the manifest has ${layers.length} layers, and ${maxLayers} are allowed (clearstory.limits.layers)`,
    );
  }
  return { hash: digest, layers: layers.map(readLayer) };
}

/** The array of digests that is to be deleted. */
export function readDigests(body: Uint8Array): string[] {
  const value = parseJson(body);
  if (!Array.isArray(value)) throw malformed('an array of digests is expected');
  return value.map(readDigest);
}

/** Throws ServiceError BAD_REQUEST. */
export function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // What stands in it may be a token, so nothing of it is repeated.
    throw malformed('it is not JSON in UTF-8');
  }
}

export function asObject(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw malformed(`${what} is no object`);
}

function readLayer(value: unknown, index: number): ClairLayer {
  const { hash, uri, headers } = asObject(value, `layer ${index}`);
  if (uri !== undefined && uri !== null && typeof uri !== 'string')
    throw malformed(`uri of layer ${index} is no string`);
  return { hash: readDigest(hash), uri: uri ?? '', headers: readHeaders(headers ?? {}, index) };
}

function readHeaders(value: unknown, index: number): ClairLayer['headers'] {
  const headers = Object.entries(asObject(value, `headers of layer ${index}`));
  for (const [name, values] of headers) {
    const isSendable =
      HEADER_NAME.test(name) &&
      Array.isArray(values) &&
      values.every((each) => typeof each === 'string' && HEADER_VALUE.test(each));
    if (!isSendable) throw malformed(`headers of layer ${index} cannot be sent`);
  }
  return Object.fromEntries(headers) as ClairLayer['headers'];
}

function malformed(reason: string): ServiceError {
  return new ServiceError('BAD_REQUEST', `failed to deserialize the request: ${reason}`);
}

function bogus(reason: string): ServiceError {
  return new ServiceError('BAD_REQUEST', `bogus manifest: ${reason}`);
}
