// Advisories as Clair's file for sites without a network, line after line.
import { createHash } from 'node:crypto';
import type { FeedSnapshot } from '../../advisories/bundle/feed-snapshot.ts';
import type { EntryRecord } from '../../advisories/normalise.ts';
import { cvssRecord } from './cvss-record.ts';
import { entryVulnerability } from './entry-vulnerability.ts';
import { JsonblobError } from './jsonblob-error.ts';
import {
  CARGO_FORMAT,
  CVSS_UPDATER,
  type EnrichmentLine,
  type EntryCargo,
  type FeedCargo,
  MAX_LINE_BYTES,
  MSRC_UPDATER,
  type VulnerabilityLine,
} from './jsonblob-line.ts';

/** Lines are handed on in pieces of about this size: 200,000 single lines would spend their time on being awaited. */
const CHUNK_CHARACTERS = 256 * 1024;

/**
 * Scores replace those that Clair has: it shows the newest operation of `clair.cvss` alone, so they are for a Clair
 * that has no other source of them.
 */
export type JsonblobContent = 'vulnerabilities' | 'vulnerabilities and scores';

/**
 * One vulnerability an entry and product. `version` is that of the advisories: Clair skips what it has already.
 * @throws JsonblobError LINE_TOO_LONG
 */
export function* writeJsonblob(
  snapshot: FeedSnapshot,
  version: string,
  content: JsonblobContent,
): Generator<Buffer> {
  let text = '';
  for (const line of lines(snapshot, version, content)) {
    text += `${checkedLine(line)}\n`;
    if (text.length < CHUNK_CHARACTERS) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

function* lines(
  snapshot: FeedSnapshot,
  version: string,
  content: JsonblobContent,
): Generator<VulnerabilityLine | EnrichmentLine> {
  yield* vulnerabilityLines(snapshot, version);
  if (content === 'vulnerabilities and scores') yield* scoreLines(snapshot, version);
}

function* vulnerabilityLines(snapshot: FeedSnapshot, version: string): Generator<VulnerabilityLine> {
  const operation = {
    Updater: MSRC_UPDATER,
    Fingerprint: version,
    Date: snapshot.fetchedAt,
    Ref: uuidOf(`${MSRC_UPDATER} ${version}`),
    Kind: 'vulnerability',
  } as const;
  let feed: FeedCargo | undefined = feedCargo(snapshot);
  for (const [document, record] of snapshot.records.entries()) {
    for (const [index, entry] of record.entries.entries()) {
      let cargo: EntryCargo | undefined = {
        ...(feed ? { feed } : {}),
        document,
        entry,
        ...(index === 0 ? { products: record.products } : {}),
      };
      feed = undefined;
      for (const product of entry.affected) {
        const Vuln = entryVulnerability(entry, product, record.products[product] ?? product);
        yield { ...operation, Vuln, ...(cargo ? { Clearstory: cargo } : {}) };
        cargo = undefined;
      }
    }
  }
}

function feedCargo({ records, ...feed }: FeedSnapshot): FeedCargo {
  return {
    format: CARGO_FORMAT,
    ...feed,
    entries: records.reduce((sum, { entries }) => sum + entries.length, 0),
    records: records.map(({ id, released, served, products, entries }) => ({
      id,
      released,
      served,
      ...(entries.length === 0 ? { products } : {}),
    })),
  };
}

/** One record a CVE: the highest score of those that Microsoft gives to products. */
function* scoreLines(snapshot: FeedSnapshot, version: string): Generator<EnrichmentLine> {
  const scores = new Map<string, EntryRecord['scores'][number]>();
  for (const { entries } of snapshot.records) {
    for (const entry of entries) {
      for (const score of entry.scores) {
        if ((scores.get(entry.id)?.score ?? -1) < score.score) scores.set(entry.id, score);
      }
    }
  }
  const operation = {
    Updater: CVSS_UPDATER,
    Fingerprint: version,
    Date: snapshot.fetchedAt,
    Ref: uuidOf(`${CVSS_UPDATER} ${version}`),
    Kind: 'enrichment',
  } as const;
  for (const [id, { score, vector }] of scores) {
    const record = cvssRecord(score, vector);
    if (record) yield { ...operation, Enrichment: { Tags: [id], Enrichment: record } };
  }
}

function checkedLine(line: VulnerabilityLine | EnrichmentLine): string {
  const text = JSON.stringify(line);
  // A character has at most three bytes in UTF-8.
  if (text.length * 3 < MAX_LINE_BYTES || Buffer.byteLength(text) < MAX_LINE_BYTES) return text;
  const what = line.Kind === 'vulnerability' ? line.Vuln.name : line.Enrichment.Tags.join();
  throw new JsonblobError(
    'LINE_TOO_LONG',
    `${what} takes more than the ${MAX_LINE_BYTES} bytes that Clair allows; export it in clearstory's own format`,
  );
}

/** Always the same for the same text, so that the same advisories give the same file (RFC 9562, version 8). */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}
