// EPSS on disk: every score is found again, and 3,000 among 300,000 in no time.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cveKey } from './cve-key.ts';
import { EpssFile, EpssFileBuilder } from './epss-file.ts';

const id = fc
  .tuple(fc.integer({ min: 1999, max: 2099 }), fc.integer({ min: 1, max: 999_999_999 }))
  .map(([year, number]) => `CVE-${year}-${String(number).padStart(4, '0')}`);
const share = fc.integer({ min: 0, max: 100_000 }).map((units) => units / 100_000);

function fileOf(rows: readonly (readonly [id: string, probability: number, percentile: number])[]): EpssFile {
  const builder = new EpssFileBuilder();
  for (const [name, probability, percentile] of rows) builder.add(cveKey(name)!, probability, percentile);
  return EpssFile.of(builder.finish().bytes)!;
}

test('what was added is found, and nothing else', () => {
  const rows = fc.uniqueArray(fc.tuple(id, share, share), { selector: ([name]) => name, minLength: 1 });
  fc.assert(
    fc.property(rows, id, (all, other) => {
      const file = fileOf(all);
      for (const [name, probability, percentile] of all) {
        expect(file.find(name)).toEqual({ probability, percentile });
      }
      if (!all.some(([name]) => name === other)) expect(file.find(other)).toBeUndefined();
    }),
    { numRuns: 50 },
  );
});

test('of two rows for one CVE the graver counts, in whatever order', () => {
  const rows = [
    ['CVE-2025-0001', 0.2, 0.5],
    ['CVE-2025-0001', 0.9, 0.99],
    ['CVE-2025-0002', 0, 0],
  ] as const;
  for (const order of [rows, [...rows].reverse()]) {
    const builder = new EpssFileBuilder();
    for (const [name, probability, percentile] of order) builder.add(cveKey(name)!, probability, percentile);
    const { bytes, entries } = builder.finish();
    expect(entries).toBe(2);
    expect(EpssFile.of(bytes)!.find('CVE-2025-0001')).toEqual({ probability: 0.9, percentile: 0.99 });
  }
});

test.each([
  'GHSA-aaaa-bbbb-cccc',
  'ADV250001',
  'CVE-2025-',
  'cve-2025-0001',
  'CVE-2025-12345678901234567890',
])('%s has no score', (name) => {
  expect(fileOf([['CVE-2025-0001', 0.5, 0.5]]).find(name)).toBeUndefined();
});

test('a file of something else is none', () => {
  expect(EpssFile.of(Buffer.from('clearstory-epss 9\n'))).toBeUndefined();
});

test('300,000 rows take 12 bytes each, and 3,000 lookups less than 100 ms', () => {
  const builder = new EpssFileBuilder();
  for (let row = 0; row < 300_000; row++) builder.add(cveKey(nameOf(row))!, (row % 1000) / 1000, 0.5);
  const { bytes, entries } = builder.finish();
  expect([entries, bytes.length < 12.1 * 300_000]).toEqual([300_000, true]);
  const start = performance.now();
  const file = EpssFile.of(bytes)!;
  const found = Array.from({ length: 3000 }, (_, index) => file.find(nameOf(index * 100))?.probability);
  expect(performance.now() - start).toBeLessThan(100);
  expect(found).toEqual(Array.from({ length: 3000 }, (_, index) => ((index * 100) % 1000) / 1000));
});

function nameOf(row: number): string {
  return `CVE-${2000 + (row % 26)}-${10_000 + row}`;
}
