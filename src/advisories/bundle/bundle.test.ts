// Bundles there and back: nothing is lost, and what was cut, changed, newer or meant to do harm changes nothing.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CvrfSpec } from '../../../test/builders/cvrf.ts';
import {
  advisoriesOf,
  plain,
  updateFolder,
  updateFolderLibraries,
} from '../../../test/builders/feed-folder.ts';
import { SMALL_FEED } from '../../../test/builders/small-feed.ts';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import type { Dependency } from '../../model/dependency.ts';
import { AdvisoriesStore } from '../advisories-store.ts';
import { LibraryStore } from '../libraries/library-store.ts';
import { BundleError } from './bundle-error.ts';
import { ADVISORIES_MEMBER, LIBRARIES_MEMBER } from './bundle-format.ts';
import { exportBundle } from './export-bundle.ts';
import { takeSnapshot } from './feed-snapshot.ts';
import { type ImportedBundle, importBundle } from './import-bundle.ts';
import { writeBundle } from './write-bundle.ts';

const START = new Date('2026-07-01T00:00:00Z');
const later = (hours: number): Date => new Date(START.getTime() + hours * 3_600_000);

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

/** In pieces that have nothing to do with lines and members. */
async function* pieces(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const take = (bytes: Uint8Array, folder: string, force = false, now = later(100)): Promise<ImportedBundle> =>
  importBundle(pieces(bytes), folder, { where: 'carried.bundle', now, force });

/** A month of this many entries. */
function month(count: number, more: Partial<CvrfSpec> = {}): CvrfSpec {
  const vulnerabilities = Array.from({ length: count }, (_, index) => ({
    id: `CVE-2026-${1000 + index}`,
    affected: ['11924'],
  }));
  return { id: '2026-Jun', products: { '11924': 'Server' }, vulnerabilities, ...more };
}

async function bundleOf(documents: readonly CvrfSpec[], now = START): Promise<Buffer> {
  const folder = temporaryDirectory();
  await updateFolder(folder, documents, now);
  return bytesOf(exportBundle(folder, 'advisories'));
}

describe('there and back', () => {
  test('into an empty folder: equal advisories, and the memory of the guard', async () => {
    const from = temporaryDirectory();
    await updateFolder(from, [month(100), ...SMALL_FEED], START);
    await updateFolder(from, [month(50), ...SMALL_FEED], later(1));
    const to = temporaryDirectory();
    const result = await take(await bytesOf(exportBundle(from, 'advisories')), to);
    expect(result).toMatchObject({
      changed: true,
      documents: 2,
      entries: 105,
      pending: 1,
      libraries: undefined,
    });
    expect(plain(await advisoriesOf(to))).toEqual(plain(await advisoriesOf(from)));
    const [there, here] = await Promise.all([
      new AdvisoriesStore(from).state(),
      new AdvisoriesStore(to).state(),
    ]);
    expect(here?.documents['2026-jun']?.refusal).toMatchObject({ reason: 'smaller', reads: 1 });
    expect(here).toEqual({ ...there, recordsFile: expect.any(String) });
  });

  test('an update goes on from it: nothing is read again, and a doubt is confirmed', async () => {
    const from = temporaryDirectory();
    await updateFolder(from, [month(100)], START);
    for (const hours of [1, 2]) await updateFolder(from, [month(50)], later(hours));
    const to = temporaryDirectory();
    await take(await bytesOf(exportBundle(from, 'advisories')), to);
    await updateFolder(to, [month(50)], later(80));
    expect((await advisoriesOf(to)).entries).toHaveLength(50);
  });

  test('libraries too, when they are asked for', async () => {
    const from = temporaryDirectory();
    await updateFolder(from, SMALL_FEED, START);
    await updateFolderLibraries(from, 30, START);
    const to = temporaryDirectory();
    const result = await take(await bytesOf(exportBundle(from, 'advisories and libraries')), to);
    expect(result.libraries).toEqual({ entries: 30, fetchedAt: START.toISOString() });
    const store = new LibraryStore(to);
    const dependency: Dependency = { ecosystem: 'npm', name: 'package-7', version: '1.0.0' };
    const known = await store.load((await store.state())!, [dependency]);
    expect(known.of(dependency).map(({ id }) => id)).toEqual(['GHSA-7']);
    expect(readdirSync(join(to, 'osv')).sort(), 'nothing is left lying about').toEqual([
      expect.stringMatching(/^npm-.*\.bin$/),
      'state.json',
    ]);
  });

  test('the same again changes nothing', async () => {
    const bundle = await bundleOf(SMALL_FEED);
    const to = temporaryDirectory();
    const { version } = await take(bundle, to);
    expect(await take(bundle, to)).toMatchObject({ version, changed: false });
  });
});

describe('what would take back what is known', () => {
  test.each([
    ['an older one', () => bundleOf([month(100)], later(-24)), /of 2026-07-01/],
    ['one with a smaller document', () => bundleOf([month(90)], later(5)), /2026-Jun is markedly smaller/],
    [
      'one with an older document',
      () => bundleOf([month(100, { released: '2026-06-01T00:00:00' })], later(5)),
      /2026-Jun is older/,
    ],
    ['one that lacks a document', () => bundleOf(SMALL_FEED, later(5)), /2026-Jun is not in it/],
  ])('%s is refused, and taken when told to', async (_, make, message) => {
    const to = temporaryDirectory();
    await updateFolder(to, [month(100)], START);
    const before = plain(await advisoriesOf(to));
    const bundle = await make();
    await expect(take(bundle, to)).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringMatching(message),
    });
    expect(plain(await advisoriesOf(to))).toEqual(before);
    expect(await take(bundle, to, true)).toMatchObject({ documents: 1 });
  });

  test('a withdrawn entry or two are no loss', async () => {
    const to = temporaryDirectory();
    await updateFolder(to, [month(100)], START);
    expect(await take(await bundleOf([month(99)], later(5)), to)).toMatchObject({
      changed: true,
      entries: 99,
    });
  });

  test('fewer library advisories are refused before anything is changed', async () => {
    const from = temporaryDirectory();
    await updateFolder(from, SMALL_FEED, later(5));
    await updateFolderLibraries(from, 10, later(5));
    const to = temporaryDirectory();
    await updateFolder(to, [month(1)], START);
    await updateFolderLibraries(to, 30, START);
    const bundle = await bytesOf(exportBundle(from, 'advisories and libraries'));
    await expect(take(bundle, to)).rejects.toMatchObject({ code: 'REFUSED' });
    await expect(take(await bundleOf([...SMALL_FEED, month(1)], later(5)), to)).resolves.toBeDefined();
    expect((await new LibraryStore(to).state())?.ecosystems.npm?.entries).toBe(30);
  });

  test('a time of reading that lies in the future becomes now: it would refuse all others for ever', async () => {
    const to = temporaryDirectory();
    const { fetchedAt } = await take(await bundleOf(SMALL_FEED, later(10_000)), to, false, later(3));
    expect(fetchedAt).toBe(later(3).toISOString());
  });

  test('damaged files of our own are nothing to lose', async () => {
    const to = temporaryDirectory();
    await updateFolder(to, [month(100)], later(50));
    const { recordsFile } = (await new AdvisoriesStore(to).state())!;
    rmSync(join(to, 'advisories', recordsFile));
    expect(await take(await bundleOf(SMALL_FEED), to)).toMatchObject({ documents: 1 });
  });
});

describe('what cannot be taken', () => {
  async function refusal(bytes: Uint8Array): Promise<BundleError> {
    const folder = temporaryDirectory();
    const error = await take(bytes, folder, true).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(BundleError);
    expect(existsSync(join(folder, 'advisories')), 'nothing was written').toBe(false);
    expect((error as BundleError).message).toMatch(/^carried\.bundle: /);
    return error as BundleError;
  }

  test('cut anywhere', async () => {
    const bundle = await bundleOf(SMALL_FEED);
    const cuts = fc.integer({ min: 1, max: bundle.length - 1 });
    await fc.assert(
      fc.asyncProperty(cuts, async (length) => {
        expect((await refusal(bundle.subarray(0, length))).code).toMatch(/^(TRUNCATED|CORRUPT)$/);
      }),
      { numRuns: 60 },
    );
  });

  test('one byte changed anywhere', async () => {
    const bundle = await bundleOf(SMALL_FEED);
    const places = fc.tuple(fc.integer({ min: 0, max: bundle.length - 1 }), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(places, async ([at, change]) => {
        const changed = Buffer.from(bundle);
        changed[at]! ^= change;
        await refusal(changed);
      }),
      { numRuns: 100 },
    );
  });

  test('a newer format says which version is needed', async () => {
    const newer = Buffer.from('clearstory-bundle 2\nwhatever comes then');
    expect(await refusal(newer)).toMatchObject({
      code: 'NEWER_FORMAT',
      message: expect.stringContaining('a newer version is needed'),
    });
  });

  test.each([
    ['an empty file', ''],
    ['another file', 'PK\u0003\u0004'],
    ['endless text', 'x'.repeat(5000)],
  ])('%s', async (_, text) => {
    await refusal(Buffer.from(text));
  });

  test('something behind its end', async () => {
    await refusal(Buffer.concat([await bundleOf(SMALL_FEED), Buffer.from('more')]));
  });

  test('a gzip bomb is stopped at the limit', async () => {
    const megabytes = gzipSync(Buffer.alloc(16 * 1024 * 1024, 0x20), { level: 1 });
    const bomb = Buffer.concat(Array.from({ length: 20 }, () => megabytes));
    const bytes = await bytesOf(
      writeBundle([{ name: ADVISORIES_MEMBER, bytes: bomb.length, content: [bomb] }]),
    );
    expect(await refusal(bytes)).toMatchObject({ message: expect.stringMatching(/larger than|bomb/) });
  });

  test('a size nobody has', async () => {
    const lie = Buffer.from(`clearstory-bundle 1\n{"name":"${ADVISORIES_MEMBER}","bytes":${2 ** 52}}\n`);
    expect((await refusal(lie)).code).toBe('TOO_LARGE');
  });

  /** As somebody would make it who knows the format. */
  const forged = async (members: Readonly<Record<string, unknown>>): Promise<Buffer> =>
    bytesOf(
      writeBundle(
        Object.entries(members).map(([name, value]) => {
          const json = Buffer.from(JSON.stringify(value));
          const content = name === ADVISORIES_MEMBER ? gzipSync(json) : json;
          return { name, bytes: content.length, content: [content] };
        }),
      ),
    );

  const head = { fetchedAt: START.toISOString(), refusals: 0 };
  const state = { copy: { hash: 'x' }, released: START.toISOString() };
  const record = { id: '2026-Jun', released: START.toISOString(), served: 0, products: {}, entries: [] };

  test.each([
    ['null', null],
    ['no documents', { ...head, documents: {}, records: [] }],
    ['a document without its state', { ...head, documents: {}, records: [record] }],
    ['an id that is a path', { ...head, documents: { '../x': state }, records: [{ ...record, id: '../x' }] }],
    [
      'an entry without products',
      {
        ...head,
        documents: { '2026-jun': state },
        records: [{ ...record, entries: [{ id: 'CVE-2026-1000' }] }],
      },
    ],
    [
      'a refusal of nothing',
      { ...head, documents: { '2026-jun': { ...state, refusal: {} } }, records: [record] },
    ],
  ])('a forged snapshot: %s', async (_, snapshot) => {
    expect((await refusal(await forged({ [ADVISORIES_MEMBER]: snapshot }))).code).toBe('CORRUPT');
  });

  test('forged library files cannot name a path', async () => {
    const file = '../../outside';
    const ecosystems = { npm: { file, version: '0123456789ab', entries: 1, validator: '' } };
    const snapshot = { ...head, documents: { '2026-jun': state }, records: [record] };
    const bytes = await forged({
      [ADVISORIES_MEMBER]: snapshot,
      [LIBRARIES_MEMBER]: { from: '', fetchedAt: START.toISOString(), ecosystems },
    });
    expect((await refusal(bytes)).code).toBe('CORRUPT');
  });

  test('library advisories that are not those it speaks of', async () => {
    const sha = createHash('sha256').update('[]').digest('hex').slice(0, 12);
    const version = `${sha.startsWith('0') ? '1' : '0'}${sha.slice(1)}`;
    const ecosystems = { npm: { file: `npm-${version}.bin`, version, entries: 1, validator: '' } };
    const bytes = await forged({
      [ADVISORIES_MEMBER]: { ...head, documents: { '2026-jun': state }, records: [record] },
      [LIBRARIES_MEMBER]: { from: '', fetchedAt: START.toISOString(), ecosystems },
      'osv-npm.bin': [],
    });
    expect((await refusal(bytes)).code).toBe('CORRUPT');
  });
});

test('members that a newer version adds are passed over', async () => {
  const folder = temporaryDirectory();
  await updateFolder(folder, SMALL_FEED, START);
  const snapshot = gzipSync(JSON.stringify(await takeSnapshot(new AdvisoriesStore(folder))));
  const more = Buffer.from('something new');
  const bytes = await bytesOf(
    writeBundle([
      { name: 'news', bytes: more.length, content: [more] },
      { name: ADVISORIES_MEMBER, bytes: snapshot.length, content: [snapshot] },
    ]),
  );
  expect(await take(bytes, temporaryDirectory())).toMatchObject({ documents: 1 });
});
