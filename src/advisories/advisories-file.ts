// The advisories as one compact, checksummed file, and back.
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type {
  Advisories,
  AdvisoryEntry,
  CvssScore,
  PerProducts,
  ProductSet,
  VendorFix,
} from '../model/advisories.ts';
import { AdvisoriesError } from './advisories-error.ts';
import { compareDocumentIds } from './document-id.ts';
import type { DocumentRecord, EntryRecord } from './normalise.ts';

/** Raised when the layout below changes; a file of another format is built anew from the feed. */
export const FORMAT = 1;

/** Header line: name, format, sha256 of what follows. */
const HEADER = /^clearstory-advisories (\d+) ([0-9a-f]{64})\n/;
const MAX_HEADER_BYTES = 200;

/** Indices point into `strings` and `sets`; -1 stands for absence. Flat numbers parse several times faster than objects. */
interface Payload {
  readonly strings: readonly string[];
  readonly documents: readonly (readonly [id: string, released: string])[];
  readonly products: Readonly<Record<string, string>>;
  /** Groups of products, each a list of indices into `strings`. */
  readonly sets: readonly (readonly number[])[];
  readonly entries: readonly EncodedEntry[];
}

type EncodedEntry = readonly [
  id: string,
  title: string,
  document: number,
  component: number,
  published: string,
  flags: number,
  affected: number,
  /** kb, fixedBuild, subType, products; four numbers each. */
  fixes: readonly number[],
  /** word, products; two numbers each. */
  severities: readonly number[],
  /** score × 10, vector, products; three numbers each. */
  scores: readonly number[],
];

const EXPLOITED = 1;
const PUBLICLY_DISCLOSED = 2;

export interface EncodedAdvisories {
  /** The first 12 hex digits of the checksum: changes exactly when the content does. */
  readonly version: string;
  readonly file: Buffer;
}

/** Encodes all documents; equal documents give equal bytes, whatever their order. */
export function encodeAdvisories(records: readonly DocumentRecord[]): EncodedAdvisories {
  const pool = new Pool();
  const documents = [...records].sort((a, b) => compareDocumentIds(a.id, b.id));
  const products: Record<string, string> = {};
  for (const record of documents) Object.assign(products, record.products);
  const entries = documents.flatMap((record, index) =>
    record.entries.map((entry) => encodeEntry(entry, index, pool)),
  );
  const payload: Payload = {
    strings: pool.strings,
    documents: documents.map((record) => [record.id, record.released] as const),
    products,
    sets: pool.sets,
    entries,
  };
  const body = gzipSync(toAscii(JSON.stringify(payload)), { level: 9 });
  const checksum = createHash('sha256').update(body).digest('hex');
  return {
    version: versionOf(checksum),
    file: Buffer.concat([Buffer.from(`clearstory-advisories ${FORMAT} ${checksum}\n`), body]),
  };
}

/**
 * Decodes and verifies. `where` names the file in messages; when the feed was read stands outside the file.
 * @throws AdvisoriesError CORRUPT_FILE for a damaged file or one of another format.
 */
export function decodeAdvisories(file: Buffer, where: string, fetchedAt: string): Advisories {
  const header = HEADER.exec(file.subarray(0, MAX_HEADER_BYTES).toString('latin1'));
  const corrupt = (what: string, cause?: unknown): AdvisoriesError =>
    new AdvisoriesError('CORRUPT_FILE', `${where}: ${what}; run "clearstory update" to build it anew`, {
      cause,
    });
  if (!header) throw corrupt('not an advisories file');
  if (Number(header[1]) !== FORMAT) throw corrupt(`has format ${header[1]}, this version reads ${FORMAT}`);
  const body = file.subarray(header[0].length);
  const checksum = createHash('sha256').update(body).digest('hex');
  if (checksum !== header[2]) throw corrupt('checksum does not match');
  try {
    const payload = JSON.parse(gunzipSync(body).toString('latin1')) as Payload;
    return decodePayload(payload, versionOf(checksum), fetchedAt);
  } catch (error) {
    throw corrupt('cannot be decoded', error);
  }
}

function versionOf(checksum: string): string {
  return checksum.slice(0, 12);
}

function encodeEntry(entry: EntryRecord, document: number, pool: Pool): EncodedEntry {
  return [
    entry.id,
    entry.title,
    document,
    pool.string(entry.component),
    entry.published ?? '',
    (entry.exploited ? EXPLOITED : 0) | (entry.publiclyDisclosed ? PUBLICLY_DISCLOSED : 0),
    pool.set(entry.affected),
    entry.fixes.flatMap((fix) => [
      fix.kb === undefined ? -1 : Number(fix.kb),
      pool.string(fix.fixedBuild),
      pool.string(fix.subType),
      fix.products === undefined ? -1 : pool.set(fix.products),
    ]),
    entry.severities.flatMap((severity) => [pool.string(severity.value), pool.set(severity.products)]),
    entry.scores.flatMap((score) => [
      Math.round(score.score * 10),
      pool.string(score.vector),
      pool.set(score.products),
    ]),
  ];
}

function decodePayload(payload: Payload, version: string, fetchedAt: string): Advisories {
  const tables = new Tables(payload);
  return {
    version,
    fetchedAt,
    documents: payload.documents.map(([id, released]) => ({ id, released })),
    products: new Map(Object.entries(payload.products)),
    entries: payload.entries.map((encoded) => new DecodedEntry(encoded, tables)),
  };
}

/** The shared parts, as looked up by decoded entries. */
class Tables {
  readonly #strings: readonly string[];
  readonly #encodedSets: Payload['sets'];
  readonly #sets: (ProductSet | undefined)[];

  constructor(payload: Payload) {
    this.#strings = payload.strings;
    this.#encodedSets = payload.sets;
    this.#sets = new Array(payload.sets.length);
  }

  string(index: number): string | undefined {
    return index < 0 ? undefined : this.#strings[index];
  }

  set(index: number): ProductSet {
    const made = this.#sets[index];
    if (made) return made;
    const set = new Set(this.#encodedSets[index]!.map((string) => this.#strings[string]!));
    this.#sets[index] = set;
    return set;
  }
}

/** Decodes its parts when asked: a scan looks at a fifth of the entries, and start-up time is what users feel. */
class DecodedEntry implements AdvisoryEntry {
  readonly #encoded: EncodedEntry;
  readonly #tables: Tables;

  constructor(encoded: EncodedEntry, tables: Tables) {
    this.#encoded = encoded;
    this.#tables = tables;
  }

  get id(): string {
    return this.#encoded[0];
  }

  get title(): string {
    return this.#encoded[1];
  }

  get document(): number {
    return this.#encoded[2];
  }

  get component(): string | undefined {
    return this.#tables.string(this.#encoded[3]);
  }

  get published(): string | undefined {
    return this.#encoded[4] || undefined;
  }

  get exploited(): boolean {
    return (this.#encoded[5] & EXPLOITED) !== 0;
  }

  get publiclyDisclosed(): boolean {
    return (this.#encoded[5] & PUBLICLY_DISCLOSED) !== 0;
  }

  get affected(): ProductSet {
    return this.#tables.set(this.#encoded[6]);
  }

  get fixes(): readonly VendorFix[] {
    return inGroups(this.#encoded[7], 4, ([kb, fixedBuild, subType, products]) => ({
      kb: kb! < 0 ? undefined : String(kb),
      fixedBuild: this.#tables.string(fixedBuild!),
      subType: this.#tables.string(subType!),
      products: products! < 0 ? undefined : this.#tables.set(products!),
    }));
  }

  get severities(): readonly PerProducts<string>[] {
    return inGroups(this.#encoded[8], 2, ([word, products]) => ({
      value: this.#tables.string(word!) ?? '',
      products: this.#tables.set(products!),
    }));
  }

  get scores(): readonly PerProducts<CvssScore>[] {
    return inGroups(this.#encoded[9], 3, ([tenths, vector, products]) => ({
      value: { score: tenths! / 10, vector: this.#tables.string(vector!) ?? '' },
      products: this.#tables.set(products!),
    }));
  }
}

function inGroups<T>(numbers: readonly number[], size: number, make: (group: readonly number[]) => T): T[] {
  const groups: T[] = [];
  for (let at = 0; at < numbers.length; at += size) groups.push(make(numbers.slice(at, at + size)));
  return groups;
}

/** One-byte text is decoded and parsed twice as fast as UTF-8. */
function toAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Shared strings and product groups, numbered in the order of first use. */
class Pool {
  readonly strings: string[] = [];
  readonly sets: number[][] = [];
  readonly #strings = new Map<string, number>();
  readonly #sets = new Map<string, number>();

  string(value: string | undefined): number {
    if (value === undefined) return -1;
    const known = this.#strings.get(value);
    if (known !== undefined) return known;
    this.#strings.set(value, this.strings.length);
    return this.strings.push(value) - 1;
  }

  set(products: readonly string[]): number {
    const key = products.join(' ');
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    this.#sets.set(key, this.sets.length);
    return this.sets.push(products.map((product) => this.string(product))) - 1;
  }
}
