// Reads a document of a threat feed from its address or from a file, unless it is unchanged.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { request } from 'undici';
import { CompressionError } from '../../formats/compression/compression-error.ts';
import { decompress } from '../../formats/compression/decompress.ts';
import { AdvisoriesError } from '../advisories-error.ts';
import { feedDispatcher } from '../feed-dispatcher.ts';
import type { ThreatDocument } from './threat-document.ts';
import type { ThreatFeed } from './threat-feed.ts';
import { unreadable } from './unreadable.ts';

export type ThreatAnswer =
  | { readonly kind: 'unchanged' }
  /** `validator` is given back as `known` the next time. */
  | { readonly kind: 'document'; readonly document: ThreatDocument; readonly validator: string };

/**
 * `from` is an address or a file; gzip and zstd are known by their beginning. `ca`: PEM text of authorities to trust
 * beside Node's.
 * @throws AdvisoriesError FEED_UNREADABLE, DOCUMENT_UNREADABLE
 */
export function readThreatSource(
  feed: ThreatFeed,
  from: string,
  known: string | undefined,
  ca?: string,
): Promise<ThreatAnswer> {
  return /^https?:\/\//i.test(from) ? readAddress(feed, from, known, ca) : readPath(feed, from, known);
}

async function readAddress(
  feed: ThreatFeed,
  address: string,
  known: string | undefined,
  ca: string | undefined,
): Promise<ThreatAnswer> {
  const where = shownAddress(address);
  const failed = (what: string, cause?: unknown): AdvisoriesError =>
    new AdvisoriesError(
      'FEED_UNREADABLE',
      `${where}: ${what}; check the network, or name a mirror or a file by --${feed.name}`,
      { cause },
    );
  try {
    const answer = await request(address, {
      dispatcher: feedDispatcher(ca),
      headers: { 'user-agent': 'clearstory', ...conditionOf(known) },
    });
    if (answer.statusCode !== 200) {
      await answer.body.dump();
      if (answer.statusCode === 304 && known) return { kind: 'unchanged' };
      throw failed(`answered HTTP ${answer.statusCode}`);
    }
    const document = await readWhole(feed, answer.body, where);
    return { kind: 'document', document, validator: validatorOf(answer.headers) };
  } catch (error) {
    if (error instanceof AdvisoriesError) throw error;
    const { message, code, statusCode } = error as NodeJS.ErrnoException & { statusCode?: number };
    if (statusCode === 304 && known) return { kind: 'unchanged' };
    throw failed(
      statusCode === undefined ? message || (code ?? 'no answer') : `answered HTTP ${statusCode}`,
      error,
    );
  }
}

async function readPath(feed: ThreatFeed, path: string, known: string | undefined): Promise<ThreatAnswer> {
  const failed = (what: string, cause?: unknown): AdvisoriesError =>
    new AdvisoriesError('FEED_UNREADABLE', `${path}: ${what}; --${feed.name} names a file or an address`, {
      cause,
    });
  try {
    const file = await stat(path);
    if (!file.isFile()) throw failed('is no file');
    const validator = `${file.size}-${file.mtimeMs}`;
    if (validator === known) return { kind: 'unchanged' };
    return { kind: 'document', document: await readWhole(feed, createReadStream(path), path), validator };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof AdvisoriesError || code === undefined) throw error;
    throw failed(code === 'ENOENT' ? 'there is no such file' : message, error);
  }
}

async function readWhole(
  feed: ThreatFeed,
  bytes: AsyncIterable<Uint8Array>,
  where: string,
): Promise<ThreatDocument> {
  try {
    return await feed.read(decompress(bytes), where);
  } catch (error) {
    if (!(error instanceof CompressionError)) throw error;
    throw unreadable(where, error.message, error);
  }
}

/** What is behind `?` and before `@` may be a secret. */
function shownAddress(address: string): string {
  if (!URL.canParse(address)) return address;
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${host}${pathname}`;
}

/** The stronger of the two that servers give; the letter tells them apart. */
function validatorOf(headers: Readonly<Record<string, string | string[] | undefined>>): string {
  const { etag, 'last-modified': modified } = headers;
  if (typeof etag === 'string') return `e${etag}`;
  return typeof modified === 'string' ? `m${modified}` : '';
}

function conditionOf(validator: string | undefined): Record<string, string> {
  const value = validator?.slice(1);
  if (!value) return {};
  return validator?.startsWith('e') ? { 'if-none-match': value } : { 'if-modified-since': value };
}
