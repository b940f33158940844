// Where OSV comes from: its bucket, a mirror of it, or a directory of the same shape.
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Dispatcher, request } from 'undici';
import { AdvisoriesError } from '../advisories-error.ts';
import { feedDispatcher } from '../feed-dispatcher.ts';
import { readOsvArchive } from './osv-archive.ts';

export interface OsvFeed {
  /** For messages: the address or the directory. */
  readonly where: string;
  /**
   * Calls `onRecord` with every record of an ecosystem, unless nothing changed since `known`.
   * @throws AdvisoriesError FEED_UNREADABLE, DOCUMENT_UNREADABLE
   */
  read(osvName: string, known: string | undefined, onRecord: (record: unknown) => void): Promise<OsvAnswer>;
}

export type OsvAnswer =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unchanged' }
  /** `validator` is given back as `known` the next time. */
  | { readonly kind: 'records'; readonly records: number; readonly validator: string };

/**
 * `from` is an address or a directory with `<Ecosystem>/all.zip` or `<Ecosystem>/*.json`. Downloads lie in
 * `scratchFolder` while they are read: a zip archive is read from its end. `ca`: PEM text of authorities to trust beside
 * Node's.
 */
export function osvFeed(from: string, scratchFolder: string, ca?: string): OsvFeed {
  return /^https?:\/\//i.test(from) ? new OsvBucket(from, scratchFolder, ca) : new OsvDirectory(from);
}

class OsvBucket implements OsvFeed {
  readonly where: string;
  readonly #scratchFolder: string;
  readonly #dispatcher: Dispatcher;

  constructor(address: string, scratchFolder: string, ca: string | undefined) {
    this.#dispatcher = feedDispatcher(ca);
    this.#scratchFolder = scratchFolder;
    this.where = address.replace(/\/+$/, '');
  }

  async read(
    osvName: string,
    known: string | undefined,
    onRecord: (record: unknown) => void,
  ): Promise<OsvAnswer> {
    const address = `${this.where}/${osvName}/all.zip`;
    const failed = (what: string, cause?: unknown): AdvisoriesError =>
      new AdvisoriesError(
        'FEED_UNREADABLE',
        `${address}: ${what}; check the network, or read a mirror or a directory`,
        {
          cause,
        },
      );
    try {
      const headers = { 'user-agent': 'clearstory', ...(known ? { 'if-none-match': known } : {}) };
      const answer = await request(address, { dispatcher: this.#dispatcher, headers });
      if (answer.statusCode !== 200) {
        await answer.body.dump();
        if (answer.statusCode === 304) return { kind: 'unchanged' };
        if (answer.statusCode === 404) return { kind: 'absent' };
        throw failed(`answered HTTP ${answer.statusCode}`);
      }
      const records = await this.#readBody(answer.body, address, onRecord);
      const etag = answer.headers.etag;
      return { kind: 'records', records, validator: typeof etag === 'string' ? etag : '' };
    } catch (error) {
      if (error instanceof AdvisoriesError) throw error;
      const status = (error as { statusCode?: number }).statusCode;
      if (status === 304) return { kind: 'unchanged' };
      if (status === 404) return { kind: 'absent' };
      const { message, code } = error as NodeJS.ErrnoException;
      throw failed(
        status === undefined ? message || (code ?? 'no answer') : `answered HTTP ${status}`,
        error,
      );
    }
  }

  async #readBody(
    body: AsyncIterable<Uint8Array>,
    address: string,
    onRecord: (record: unknown) => void,
  ): Promise<number> {
    await mkdir(this.#scratchFolder, { recursive: true });
    const folder = await mkdtemp(join(this.#scratchFolder, 'download-'));
    try {
      const path = join(folder, 'all.zip');
      await pipeline(body, limited, createWriteStream(path));
      return await readOsvArchive(path, address, onRecord);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** The archive of npm has some three hundred megabytes. */
const MAX_ARCHIVE_BYTES = 4 * 1024 * 1024 * 1024;

async function* limited(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_ARCHIVE_BYTES) throw new Error(`more than ${MAX_ARCHIVE_BYTES} bytes`);
    yield chunk;
  }
}

class OsvDirectory implements OsvFeed {
  readonly where: string;

  constructor(path: string) {
    this.where = path;
  }

  async read(
    osvName: string,
    known: string | undefined,
    onRecord: (record: unknown) => void,
  ): Promise<OsvAnswer> {
    await stat(this.where).catch((error: NodeJS.ErrnoException) => {
      const what = error.code === 'ENOENT' ? 'no such directory' : error.message;
      throw new AdvisoriesError('FEED_UNREADABLE', `${this.where}: ${what}; it holds <Ecosystem>/all.zip`, {
        cause: error,
      });
    });
    const folder = join(this.where, osvName);
    const archive = join(folder, 'all.zip');
    const file = await stat(archive).catch(() => undefined);
    if (file) {
      const validator = `${file.size}-${file.mtimeMs}`;
      if (validator === known) return { kind: 'unchanged' };
      return {
        kind: 'records',
        records: await readOsvArchive(archive, archive, onRecord),
        validator,
      };
    }
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
    if (names.length === 0) return { kind: 'absent' };
    for (const name of names) {
      const path = join(folder, name);
      try {
        onRecord(JSON.parse(await readFile(path, 'utf8')));
      } catch (error) {
        throw new AdvisoriesError('DOCUMENT_UNREADABLE', `${path}: ${(error as Error).message}`, {
          cause: error,
        });
      }
    }
    return { kind: 'records', records: names.length, validator: '' };
  }
}
