// The MSRC CVRF API v3.0, or a mirror with the same paths.
import { createHash } from 'node:crypto';
import { type Dispatcher, request } from 'undici';
import { decompressBytes } from '../formats/compression/decompress-bytes.ts';
import { MAX_DOCUMENT_BYTES } from '../formats/cvrf/parse-cvrf.ts';
import { AdvisoriesError, type AdvisoriesErrorCode } from './advisories-error.ts';
import { recentDocumentIds, sameDocumentId } from './document-id.ts';
import type { Feed, FeedAnswer, FeedListing, KnownCopy } from './feed.ts';
import { feedDispatcher } from './feed-dispatcher.ts';
import { parseFeedIndex } from './feed-index.ts';

/** https://api.msrc.microsoft.com/cvrf/v3.0/swagger; no key is needed. */
export const MSRC_API = 'https://api.msrc.microsoft.com/cvrf/v3.0';

/** The index has 60 KB; a hundred times that is no index. */
const MAX_INDEX_BYTES = 8 * 1024 * 1024;

export class MsrcFeed implements Feed {
  readonly where: string;
  readonly #recent: readonly string[];
  readonly #listed = new Map<string, string>();
  readonly #dispatcher: Dispatcher;

  /** `ca`: PEM text of authorities to trust beside Node's. */
  constructor(address: string, now: Date, ca?: string) {
    this.#dispatcher = feedDispatcher(ca);
    this.where = address.replace(/\/+$/, '');
    this.#recent = recentDocumentIds(now);
  }

  async list(): Promise<FeedListing[]> {
    const address = `${this.where}/updates`;
    const { status, body } = await this.#get(
      address,
      'application/json',
      {},
      MAX_INDEX_BYTES,
      'FEED_UNREADABLE',
    );
    if (status !== 200) throw new AdvisoriesError('FEED_UNREADABLE', `${address}: answered HTTP ${status}`);
    const listings = parseFeedIndex(body, address);
    for (const listing of listings) this.#listed.set(listing.id.toLowerCase(), listing.released);
    return listings;
  }

  /**
   * A document whose listed date has not moved is taken as unchanged, except for the last three months: one
   * change in fourteen does not move the date.
   */
  async read(id: string, known: KnownCopy | undefined): Promise<FeedAnswer> {
    const recent = this.#recent.some((each) => sameDocumentId(each, id));
    const listed = this.#listed.get(id.toLowerCase());
    if (known && !recent && listed === known.listed) return { kind: 'unchanged' };
    const address = `${this.where}/cvrf/${id}`;
    const headers = known?.etag ? { 'if-none-match': known.etag } : {};
    const answer = await this.#get(
      address,
      'application/xml',
      headers,
      MAX_DOCUMENT_BYTES,
      'DOCUMENT_UNREADABLE',
    );
    if (answer.status === 304) return { kind: 'unchanged' };
    if (answer.status === 404) return { kind: 'absent' };
    if (answer.status !== 200) {
      throw new AdvisoriesError('DOCUMENT_UNREADABLE', `${address}: answered HTTP ${answer.status}`);
    }
    const hash = createHash('sha256').update(answer.body).digest('hex');
    if (hash === known?.hash) return { kind: 'unchanged' };
    return { kind: 'document', bytes: answer.body, hash, ...(answer.etag ? { etag: answer.etag } : {}) };
  }

  async #get(
    address: string,
    accept: string,
    headers: Record<string, string>,
    maxBytes: number,
    code: AdvisoriesErrorCode,
  ): Promise<{ status: number; body: Buffer; etag: string | undefined }> {
    try {
      const answer = await request(address, {
        dispatcher: this.#dispatcher,
        headers: { accept, 'accept-encoding': 'gzip', 'user-agent': 'clearstory', ...headers },
      });
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > maxBytes) throw new Error(`more than ${maxBytes} bytes`);
        chunks.push(chunk);
      }
      const etag = answer.headers.etag;
      return {
        status: answer.statusCode,
        body: await decoded(Buffer.concat(chunks, size), answer.headers['content-encoding'], maxBytes),
        etag: typeof etag === 'string' ? etag : undefined,
      };
    } catch (error) {
      const status = (error as { statusCode?: number }).statusCode;
      if (status === 304 || status === 404) return { status, body: Buffer.alloc(0), etag: undefined };
      const { code: reason, message } = error as NodeJS.ErrnoException;
      const what = status === undefined ? message || reason : `answered HTTP ${status}`;
      throw new AdvisoriesError(
        code,
        `${address}: ${what}; check the network, or read a mirror or a directory`,
        {
          cause: error,
        },
      );
    }
  }
}

/** The documents are 350 MB of text, nearly all of it repetition. */
async function decoded(
  body: Buffer,
  encoding: string | string[] | undefined,
  maxBytes: number,
): Promise<Buffer> {
  return encoding === 'gzip' && body.length > 0
    ? decompressBytes(body, { maxBytes, where: 'the answer' })
    : body;
}
