// Takes advisories back out of Clair's file: ours without loss; of others it says what was passed over, and why.
import { isEntryRecord, isFeedSnapshot } from '../../advisories/bundle/check-snapshot.ts';
import type { FeedSnapshot } from '../../advisories/bundle/feed-snapshot.ts';
import type { EntryRecord } from '../../advisories/normalise.ts';
import { JsonblobError, type JsonblobErrorCode } from './jsonblob-error.ts';
import {
  CARGO_FORMAT,
  CVSS_UPDATER,
  type EntryCargo,
  type FeedCargo,
  MSRC_UPDATER,
} from './jsonblob-line.ts';
import { textLines } from './text-lines.ts';

/** Clair's importer has no limit, its exporter stops at a megabyte: what is longer was not made by it. */
const MAX_READ_LINE_BYTES = 8 * 1024 * 1024;

/** Since 1999 there were 13,000 entries of 500 bytes each; this is what memory bears. */
const MAX_CARGO_BYTES = 512 * 1024 * 1024;

export interface ReadJsonblob {
  /** Absent: the file has nothing of ours. */
  readonly snapshot: FeedSnapshot | undefined;
  /** Records that were passed over, by updater. */
  readonly skipped: ReadonlyMap<string, number>;
}

/**
 * Reads as a stream: of foreign records nothing is kept. `where` names the file in messages.
 * @throws JsonblobError
 */
export async function readJsonblob(source: AsyncIterable<Uint8Array>, where: string): Promise<ReadJsonblob> {
  const reader = new JsonblobReader(where);
  for await (const line of textLines(source, MAX_READ_LINE_BYTES, where)) reader.take(line);
  return reader.finish();
}

interface AnyLine {
  readonly Updater?: unknown;
  readonly Clearstory?: EntryCargo;
}

class JsonblobReader {
  readonly #where: string;
  readonly #skipped = new Map<string, number>();
  #line = 0;
  #feed: FeedCargo | undefined;
  #documents: { entries: EntryRecord[]; products: Readonly<Record<string, string>> }[] = [];
  #entries = 0;
  #cargoBytes = 0;

  constructor(where: string) {
    this.#where = where;
  }

  take(text: string): void {
    this.#line++;
    const line = this.#parse(text);
    if (line.Updater === MSRC_UPDATER) {
      if (line.Clearstory) this.#takeCargo(line.Clearstory, text.length);
      // The other lines of an entry say for Clair what its first line has said for us.
      if (line.Clearstory || this.#feed) return;
    }
    const updater = String(line.Updater);
    this.#skipped.set(updater, (this.#skipped.get(updater) ?? 0) + 1);
  }

  finish(): ReadJsonblob {
    if (this.#line === 0) throw this.#failed('NOT_JSONBLOB', 'it is empty');
    const feed = this.#feed;
    if (!feed) return { snapshot: undefined, skipped: this.#skipped };
    if (this.#entries !== feed.entries) {
      throw this.#failed(
        'TRUNCATED',
        `it has ${this.#entries} of the ${feed.entries} entries that it speaks of; carry it over again`,
      );
    }
    const { fetchedAt, refusals, documents } = feed;
    const records = feed.records.map(({ id, released, served }, index) => {
      const { products, entries } = this.#documents[index]!;
      return { id, released, served, products, entries };
    });
    const snapshot: unknown = { fetchedAt, refusals, documents, records };
    if (!isFeedSnapshot(snapshot)) throw this.#failed('DAMAGED', 'what it says of the documents is damaged');
    return { snapshot, skipped: this.#skipped };
  }

  #parse(text: string): AnyLine {
    try {
      const line: unknown = JSON.parse(text);
      if (
        typeof line === 'object' &&
        line !== null &&
        'Updater' in line &&
        typeof line.Updater === 'string'
      ) {
        return line;
      }
    } catch {
      const what = `line ${this.#line} of it is no JSON`;
      throw this.#line === 1
        ? this.#failed('NOT_JSONBLOB', `${what}: it is neither a bundle nor a file of Clair's`)
        : this.#failed('DAMAGED', `${what}; it was cut or changed, carry it over again`);
    }
    throw this.#failed('NOT_JSONBLOB', `line ${this.#line} of it names no updater: it is no file of Clair's`);
  }

  #takeCargo(cargo: EntryCargo, bytes: number): void {
    this.#cargoBytes += bytes;
    if (this.#cargoBytes > MAX_CARGO_BYTES)
      throw this.#failed('DAMAGED', 'it holds more than Microsoft ever published');
    if (cargo.feed) this.#takeFeed(cargo.feed);
    const document = Number.isInteger(cargo.document) ? this.#documents[cargo.document] : undefined;
    if (!document || !isEntryRecord(cargo.entry)) {
      throw this.#failed(
        'DAMAGED',
        `what line ${this.#line} says of an entry is damaged; carry it over again`,
      );
    }
    document.entries.push(cargo.entry);
    if (cargo.products) document.products = cargo.products;
    this.#entries++;
  }

  #takeFeed(feed: FeedCargo): void {
    if (feed.format !== CARGO_FORMAT) {
      throw this.#failed(
        'NEWER_FORMAT',
        `its advisories have format ${feed.format}, and this version of clearstory reads ${CARGO_FORMAT}; a newer version is needed`,
      );
    }
    if (this.#feed || !Array.isArray(feed.records)) {
      throw this.#failed('DAMAGED', 'what it says of the documents is damaged');
    }
    this.#feed = feed;
    this.#documents = feed.records.map((head) => ({ entries: [], products: head?.products ?? {} }));
  }

  #failed(code: JsonblobErrorCode, what: string): JsonblobError {
    return new JsonblobError(code, `${this.#where}: ${what}`);
  }
}

/** Why what was passed over was passed over, a line for each updater. */
export function skippedBecause(skipped: ReadonlyMap<string, number>): string[] {
  return [...skipped].map(([updater, count]) => {
    const records = count === 1 ? 'one record' : `${count} records`;
    if (updater === CVSS_UPDATER)
      return `${records} of ${updater} passed over: scores are taken from Microsoft's advisories`;
    if (updater === MSRC_UPDATER)
      return `${records} of ${updater} passed over: they were not written by clearstory`;
    return `${records} of ${updater} passed over: clearstory judges Windows images by Microsoft's advisories alone`;
  });
}
