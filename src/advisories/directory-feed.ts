// A feed that is a directory: `index.json` and `{ID}.xml`, `{ID}.xml.gz` or `{ID}.xml.zst`.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AdvisoriesError } from './advisories-error.ts';
import { isDocumentId, sameDocumentId } from './document-id.ts';
import type { Feed, FeedAnswer, FeedListing, KnownCopy } from './feed.ts';
import { parseFeedIndex } from './feed-index.ts';

const FILE = /^(.+)\.xml(?:\.gz|\.zst)?$/;

export class DirectoryFeed implements Feed {
  readonly where: string;
  #files: { id: string; path: string }[] | undefined;

  constructor(path: string) {
    this.where = path;
  }

  /** What the index lists and every other document that lies there: absence from the index means nothing. */
  async list(): Promise<FeedListing[]> {
    this.#files = undefined;
    const indexPath = join(this.where, 'index.json');
    const listings = parseFeedIndex(
      await readFile(indexPath).catch((error: NodeJS.ErrnoException) => {
        throw new AdvisoriesError(
          'FEED_UNREADABLE',
          `${indexPath}: ${reason(error)}; a feed directory holds index.json and {ID}.xml[.gz|.zst]`,
          { cause: error },
        );
      }),
      indexPath,
    );
    const unlisted = (await this.#documents()).filter(
      (file) => !listings.some((listing) => sameDocumentId(listing.id, file.id)),
    );
    return [...listings, ...unlisted.map((file) => ({ id: file.id, released: '' }))];
  }

  async read(id: string, known: KnownCopy | undefined): Promise<FeedAnswer> {
    const file = (await this.#documents()).find((candidate) => sameDocumentId(candidate.id, id));
    if (!file) return { kind: 'absent' };
    const bytes = await readFile(file.path).catch((error: NodeJS.ErrnoException) => {
      throw new AdvisoriesError('DOCUMENT_UNREADABLE', `${file.path}: ${reason(error)}`, { cause: error });
    });
    const hash = createHash('sha256').update(bytes).digest('hex');
    return hash === known?.hash ? { kind: 'unchanged' } : { kind: 'document', bytes, hash };
  }

  async #documents(): Promise<{ id: string; path: string }[]> {
    this.#files ??= (await readdir(this.where)).flatMap((name) => {
      const id = FILE.exec(name)?.[1];
      return id !== undefined && isDocumentId(id) ? [{ id, path: join(this.where, name) }] : [];
    });
    return this.#files;
  }
}

function reason(error: NodeJS.ErrnoException): string {
  return error.code === 'ENOENT' ? 'no such file' : (error.code ?? error.message);
}
