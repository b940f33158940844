// A directory as feed.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildCvrf, type CvrfSpec, writeFeed } from '../../test/builders/cvrf.ts';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import { DirectoryFeed } from './directory-feed.ts';

const JUNE: CvrfSpec = { id: '2026-Jun', released: '2026-06-09T07:00:00', products: {}, vulnerabilities: [] };
const JULY: CvrfSpec = { ...JUNE, id: '2026-Jul' };

test.each(['gz', 'none'] as const)('compression %s: listed and read', async (compress) => {
  const directory = temporaryDirectory();
  await writeFeed(directory, [JUNE], { compress });
  const feed = new DirectoryFeed(directory);
  expect(await feed.list()).toEqual([{ id: '2026-Jun', released: '2026-06-09T07:00:00Z' }]);
  const answer = await feed.read('2026-Jun', undefined);
  expect(answer).toMatchObject({ kind: 'document', hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  if (answer.kind === 'document' && compress === 'none') {
    expect(Buffer.from(answer.bytes).toString()).toBe(buildCvrf(JUNE));
  }
});

test('the copy known is not given again, a changed one is', async () => {
  const directory = temporaryDirectory();
  await writeFeed(directory, [JUNE]);
  const feed = new DirectoryFeed(directory);
  const first = await feed.read('2026-Jun', undefined);
  if (first.kind !== 'document') return expect.fail('no document');
  expect(await feed.read('2026-Jun', { hash: first.hash })).toEqual({ kind: 'unchanged' });
  await writeFeed(directory, [{ ...JUNE, released: '2026-06-10T07:00:00' }]);
  expect((await feed.read('2026-Jun', { hash: first.hash })).kind).toBe('document');
});

test('IDs are found in any case', async () => {
  const directory = temporaryDirectory();
  await writeFeed(directory, [{ ...JUNE, id: '2018-FEB' }]);
  const feed = new DirectoryFeed(directory);
  expect((await feed.list()).map((listing) => listing.id)).toEqual(['2018-FEB']);
  expect((await feed.read('2018-Feb', undefined)).kind).toBe('document');
});

test('a document that the index leaves out is listed too; other files are not', async () => {
  const directory = temporaryDirectory();
  await writeFeed(directory, [JUNE, JULY], { unlisted: ['2026-Jul'] });
  for (const name of ['README.md', 'notes.xml', '2026-Aug.xml.bak'])
    writeFileSync(join(directory, name), 'x');
  expect(await new DirectoryFeed(directory).list()).toEqual([
    { id: '2026-Jun', released: '2026-06-09T07:00:00Z' },
    { id: '2026-Jul', released: '' },
  ]);
});

test('a feed that is used again sees new files', async () => {
  const directory = temporaryDirectory();
  await writeFeed(directory, [JUNE]);
  const feed = new DirectoryFeed(directory);
  await feed.list();
  await writeFeed(directory, [JUNE, JULY]);
  expect((await feed.list()).length).toBe(2);
  expect((await feed.read('2026-Jul', undefined)).kind).toBe('document');
});

test('a missing file is absent, a missing index an error that names it', async () => {
  const directory = temporaryDirectory();
  await writeFeed(directory, [JUNE]);
  rmSync(join(directory, '2026-Jun.xml'));
  const feed = new DirectoryFeed(directory);
  expect(await feed.read('2026-Jun', undefined)).toEqual({ kind: 'absent' });
  rmSync(join(directory, 'index.json'));
  await expect(feed.list()).rejects.toMatchObject({
    code: 'FEED_UNREADABLE',
    message: expect.stringContaining(join(directory, 'index.json')),
  });
  await expect(new DirectoryFeed(join(directory, 'nowhere')).list()).rejects.toMatchObject({
    code: 'FEED_UNREADABLE',
  });
});
