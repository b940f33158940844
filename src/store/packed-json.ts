// Values as the database keeps them: JSON, compressed.
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

const compress = promisify(gzip);
const expand = promisify(gunzip);

/** Written once and read often, but never while somebody waits for it: a better ratio is worth some time. */
const LEVEL = 6;

/** Facts of the largest Windows layers are some tens of megabytes; what is larger was not written by us. */
const MAX_BYTES = 512 * 1024 * 1024;

export async function packJson(value: unknown): Promise<Buffer> {
  return packText(JSON.stringify(value));
}

export async function packText(json: string): Promise<Buffer> {
  return compress(json, { level: LEVEL });
}

/** Throws what zlib and JSON throw: the database does not damage values. */
export async function unpackJson<T>(bytes: Uint8Array): Promise<T> {
  return JSON.parse((await expand(bytes, { maxOutputLength: MAX_BYTES })).toString('utf8')) as T;
}
