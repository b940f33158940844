// Microsoft's real documents through both files: nothing is lost, no line is too long, memory stays bounded.
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AdvisoriesStore } from '../../src/advisories/advisories-store.ts';
import { applySnapshot } from '../../src/advisories/bundle/apply-snapshot.ts';
import { exportBundle } from '../../src/advisories/bundle/export-bundle.ts';
import { type FeedSnapshot, takeSnapshot } from '../../src/advisories/bundle/feed-snapshot.ts';
import { importBundle } from '../../src/advisories/bundle/import-bundle.ts';
import { DirectoryFeed } from '../../src/advisories/directory-feed.ts';
import { updateAdvisories } from '../../src/advisories/update.ts';
import { decompress } from '../../src/formats/compression/decompress.ts';
import { MAX_LINE_BYTES } from '../../src/reports/jsonblob/jsonblob-line.ts';
import { readJsonblob } from '../../src/reports/jsonblob/read-jsonblob.ts';
import { textLines } from '../../src/reports/jsonblob/text-lines.ts';
import { writeJsonblob } from '../../src/reports/jsonblob/write-jsonblob.ts';
import { advisoriesOf, plain } from '../builders/feed-folder.ts';
import { hasSharedData, SHARED_DATA } from './shared-data.ts';

/** When the documents were fetched. */
const NOW = new Date('2026-07-06T22:00:00Z');

/** What a file of 200 MB may take beside what is held anyway: some pieces of it, and what waits to be collected. */
const STREAMING_MB = 150;

const root = mkdtempSync(join(tmpdir(), 'clearstory-air-gap-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Runs it, and prints how long it took and how much the process grew. */
async function measured<T>(what: string, work: () => Promise<T>): Promise<{ result: T; grownMb: number }> {
  const used = (): number => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = used();
  let most = before;
  const sampling = setInterval(() => {
    most = Math.max(most, used());
  }, 20);
  const start = performance.now();
  const result = await work();
  clearInterval(sampling);
  const grownMb = (most - before) / 1e6;
  console.log(`${what}: ${((performance.now() - start) / 1000).toFixed(1)} s, ${grownMb.toFixed(0)} MB more`);
  return { result, grownMb };
}

describe.skipIf(!hasSharedData)("Microsoft's documents", () => {
  const from = join(root, 'from');
  let snapshot: FeedSnapshot;
  let version: string;

  beforeAll(async () => {
    const store = new AdvisoriesStore(from);
    await updateAdvisories(new DirectoryFeed(join(SHARED_DATA, 'msrc')), store, NOW);
    snapshot = await takeSnapshot(store);
    version = (await store.state())!.version;
  });

  test('as a bundle', async () => {
    const file = join(root, 'bundle');
    await measured('bundle written', () =>
      pipeline(exportBundle(from, 'advisories'), createWriteStream(file)),
    );
    console.log(`bundle: ${(statSync(file).size / 1e6).toFixed(2)} MB`);
    const to = join(root, 'to-bundle');
    const { result } = await measured('bundle read', () =>
      importBundle(createReadStream(file), to, { where: file, now: NOW, force: false }),
    );
    expect(result).toMatchObject({ version, documents: 190, changed: true });
    expect(plain(await advisoriesOf(to))).toEqual(plain(await advisoriesOf(from)));
  });

  test("as Clair's file", async () => {
    const file = join(root, 'updates.json.gz');
    const { grownMb: writing } = await measured('jsonblob written', () =>
      pipeline(
        Readable.from(writeJsonblob(snapshot, version, 'vulnerabilities and scores')),
        createGzip(),
        createWriteStream(file),
      ),
    );
    let lines = 0;
    let bytes = 0;
    let longest = 0;
    for await (const line of textLines(decompress(createReadStream(file)), 2 ** 30, file)) {
      const length = Buffer.byteLength(line);
      lines++;
      bytes += length + 1;
      longest = Math.max(longest, length);
    }
    const size = (count: number): string => `${(count / 1e6).toFixed(1)} MB`;
    console.log(
      `jsonblob: ${lines} lines, ${size(bytes)}, gzipped ${size(statSync(file).size)}, longest ${longest}`,
    );
    expect(longest).toBeLessThan(MAX_LINE_BYTES);
    const pairs = snapshot.records.flatMap(({ entries }) => entries).flatMap(({ affected }) => affected);
    expect(lines).toBeGreaterThan(pairs.length);

    const { result, grownMb: reading } = await measured('jsonblob read', () =>
      readJsonblob(decompress(createReadStream(file)), file),
    );
    expect(result.snapshot).toEqual(snapshot);
    expect([...result.skipped.keys()]).toEqual(['clair.cvss']);
    const to = join(root, 'to-jsonblob');
    await applySnapshot(result.snapshot!, new AdvisoriesStore(to), NOW);
    expect(plain(await advisoriesOf(to))).toEqual(plain(await advisoriesOf(from)));
    expect(writing).toBeLessThan(STREAMING_MB);
    // What was read is held: as much as was written from.
    expect(reading).toBeLessThan(2 * STREAMING_MB);
  });
});
