// The advisories as a file: nothing lost on the way, nothing damaged read.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Advisories, AdvisoryEntry } from '../model/advisories.ts';
import { AdvisoriesError } from './advisories-error.ts';
import { decodeAdvisories, encodeAdvisories, FORMAT } from './advisories-file.ts';
import type { DocumentRecord, EntryRecord } from './normalise.ts';

const products = fc.uniqueArray(fc.constantFrom('1', '22', '33-4', '__proto__x'), { minLength: 1 });
const entryRecord: fc.Arbitrary<EntryRecord> = fc.record(
  {
    id: fc.constantFrom('CVE-2026-1000', 'CVE-2026-1001', 'ADV990001'),
    title: fc.string({ unit: 'grapheme' }),
    component: fc.string({ minLength: 1 }),
    published: fc.constant('2026-06-09'),
    exploited: fc.constant(true as const),
    publiclyDisclosed: fc.constant(true as const),
    affected: products,
    fixes: fc.array(
      fc.record(
        {
          kb: fc.integer({ min: 100_000, max: 99_999_999 }).map(String),
          fixedBuild: fc.string({ minLength: 1 }),
          subType: fc.string({ minLength: 1 }),
          products,
        },
        { requiredKeys: [] },
      ),
    ),
    severities: fc.array(fc.record({ value: fc.string(), products })),
    scores: fc.array(
      fc.record({
        score: fc.integer({ min: 0, max: 100 }).map((n) => n / 10),
        vector: fc.string(),
        products,
      }),
    ),
  },
  { requiredKeys: ['id', 'title', 'affected', 'fixes', 'severities', 'scores'] },
);
const documentRecords: fc.Arbitrary<DocumentRecord[]> = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom('2018-FEB', '2025-Dec', '2026-Jan', '2026-Jun'),
    released: fc.constant('2026-06-10T08:00:00Z'),
    served: fc.nat(),
    products: fc.dictionary(fc.constantFrom('1', '22'), fc.string({ unit: 'grapheme' })),
    entries: fc.array(entryRecord, { maxLength: 4 }),
  }),
  { selector: (record) => record.id },
);

/** An entry as read, in the terms of the record it was made of. */
function asRecord(entry: AdvisoryEntry): EntryRecord {
  const { component, published, exploited, publiclyDisclosed } = entry;
  return {
    id: entry.id,
    title: entry.title,
    ...(component === undefined ? {} : { component }),
    ...(published === undefined ? {} : { published }),
    ...(exploited ? { exploited } : {}),
    ...(publiclyDisclosed ? { publiclyDisclosed } : {}),
    affected: [...entry.affected],
    fixes: entry.fixes.map((fix) => ({
      ...(fix.kb === undefined ? {} : { kb: fix.kb }),
      ...(fix.fixedBuild === undefined ? {} : { fixedBuild: fix.fixedBuild }),
      ...(fix.subType === undefined ? {} : { subType: fix.subType }),
      ...(fix.products === undefined ? {} : { products: [...fix.products] }),
    })),
    severities: entry.severities.map((each) => ({ value: each.value, products: [...each.products] })),
    scores: entry.scores.map((each) => ({ ...each.value, products: [...each.products] })),
  };
}

function decode(file: Buffer): Advisories {
  return decodeAdvisories(file, 'the file', '2026-07-01T00:00:00Z');
}

describe('round trip', () => {
  test('every entry comes back as it was, under its document', () => {
    fc.assert(
      fc.property(documentRecords, (records) => {
        const decoded = decode(encodeAdvisories(records).file);
        expect(decoded.documents.length).toBe(records.length);
        for (const record of records) {
          const index = decoded.documents.findIndex((document) => document.id === record.id);
          expect(decoded.documents[index]?.released).toBe(record.released);
          const entries = decoded.entries.filter((entry) => entry.document === index);
          expect(entries.map(asRecord)).toEqual(record.entries);
        }
      }),
    );
  });

  test('the order of the documents does not matter, any change of content does', () => {
    fc.assert(
      fc.property(documentRecords, (records) => {
        const { file, version } = encodeAdvisories(records);
        expect(encodeAdvisories([...records].reverse()).file.equals(file)).toBe(true);
        expect(decode(file).version).toBe(version);
        const [first, ...rest] = records;
        if (!first) return;
        const changed = { ...first, released: '2026-06-11T08:00:00Z' };
        expect(encodeAdvisories([changed, ...rest]).version).not.toBe(version);
      }),
    );
  });

  test('oldest document first; the newest names the products', () => {
    const named = (id: string, name: string): DocumentRecord => ({
      id,
      released: '2026-06-10T08:00:00Z',
      served: 0,
      products: { '1': name },
      entries: [],
    });
    const decoded = decode(encodeAdvisories([named('2026-Feb', 'new'), named('2025-Dec', 'old')]).file);
    expect(decoded.documents.map((document) => document.id)).toEqual(['2025-Dec', '2026-Feb']);
    expect(decoded.products.get('1')).toBe('new');
    expect(decoded.fetchedAt).toBe('2026-07-01T00:00:00Z');
  });
});

describe('damage', () => {
  const [records] = fc.sample(documentRecords, { numRuns: 1, seed: 7 });
  const { file } = encodeAdvisories(records!);
  const corrupt = expect.objectContaining({
    code: 'CORRUPT_FILE',
    message: expect.stringContaining('the file'),
  });

  test('any flipped byte', () => {
    for (let at = 0; at < file.length; at++) {
      const damaged = Buffer.from(file);
      damaged[at]! ^= 0x01;
      expect(() => decode(damaged), `byte ${at}`).toThrow(corrupt);
    }
  });

  test('cut anywhere, or continued', () => {
    for (let length = 0; length < file.length; length++) {
      expect(() => decode(file.subarray(0, length)), `${length} bytes`).toThrow(corrupt);
    }
    expect(() => decode(Buffer.concat([file, Buffer.from([0])]))).toThrow(corrupt);
  });

  test('another format says so', () => {
    const other = Buffer.from(file.toString('latin1').replace(` ${FORMAT} `, ` ${FORMAT + 1} `), 'latin1');
    expect(() => decode(other)).toThrow(`format ${FORMAT + 1}`);
  });

  test.each(['null', '{}', '[]', 'not JSON'])('a right checksum over %j', (payload) => {
    const body = gzipSync(payload);
    const checksum = createHash('sha256').update(body).digest('hex');
    const header = Buffer.from(`clearstory-advisories ${FORMAT} ${checksum}\n`);
    expect(() => decode(Buffer.concat([header, body]))).toThrow(corrupt);
  });

  test('garbage: an AdvisoriesError', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(() => decode(Buffer.from(bytes))).toThrow(AdvisoriesError);
      }),
    );
  });
});
