// OSV in the service: part of the version, read by every replica, gone when it is no longer wanted.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { osvFolder } from '../../../test/builders/feed-folder.ts';
import { ENGINES, testStore } from '../../../test/builders/store-engine.ts';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import { month, UpdaterWorld } from '../../../test/builders/updater-world.ts';
import type { Dependency } from '../../model/dependency.ts';
import { AdvisoriesVersions } from '../../store/advisories-versions.ts';
import { LibraryFiles } from '../../store/library-files.ts';
import { StoredLibraries } from './stored-libraries.ts';

const npm = (name: string): Dependency => ({ ecosystem: 'npm', name, version: '1.0.0' });

describe.each(ENGINES)('%s', (engine) => {
  const store = testStore(engine);
  beforeEach(() => store.empty());

  const latest = async () => (await new AdvisoriesVersions(store.database).latest())!;
  const files = () => new LibraryFiles(store.database);
  const storedFiles = async (): Promise<string[]> =>
    (await store.database.query<{ name: string }>('select name from library_file')).map(({ name }) => name);

  async function idsFor(libraries: StoredLibraries, versionId: number, name: string): Promise<string[]> {
    const source = (await libraries.of(versionId))!;
    const dependency = npm(name);
    return (await source.load([dependency])).of(dependency).map(({ id }) => id);
  }

  async function served(count: number): Promise<UpdaterWorld> {
    const world = new UpdaterWorld();
    await world.serve(month('2026-Jun', 5));
    expect(await world.replica(store.database, { osv: osvFolder(count) }).runOnce()).toBe('changed');
    return world;
  }

  test('are known to every replica, with the version they belong to', async () => {
    await served(3);
    const libraries = new StoredLibraries(files(), temporaryDirectory());
    expect(await idsFor(libraries, (await latest()).id, 'package-2')).toEqual(['GHSA-2']);
    expect(await idsFor(libraries, (await latest()).id, 'package-3')).toEqual([]);
  });

  test('that change make a new version, and the old one is known for comparing', async () => {
    const world = await served(3);
    const before = await latest();
    world.clock.hours(7);
    expect(await world.replica(store.database, { osv: osvFolder(4) }).runOnce()).toBe('changed');
    const after = await latest();
    expect(after.version).not.toBe(before.version);
    expect(after.version.split('-')[0], "Microsoft's part is the same").toBe(before.version.split('-')[0]);
    const libraries = new StoredLibraries(files(), temporaryDirectory());
    expect(await idsFor(libraries, after.id, 'package-3')).toEqual(['GHSA-3']);
    expect(await idsFor(libraries, before.id, 'package-3')).toEqual([]);
    const [one, other] = [await libraries.of(before.id), await libraries.of(after.id)];
    expect(one?.version).not.toBe(other?.version);
  });

  test('that do not change are stored once, and those of versions that are gone go', async () => {
    const world = await served(3);
    const osv = osvFolder(4);
    for (const count of [6, 7]) {
      await world.serve(month('2026-Jun', count));
      world.clock.hours(7);
      await world.replica(store.database, { osv, retention: 2 }).runOnce();
    }
    expect(await storedFiles()).toHaveLength(1);
    const pieces = await store.database.query('select distinct file from library_chunk');
    expect(pieces).toHaveLength(1);
  });

  test('that were lost on the way are refused, on whatever replica', async () => {
    const world = await served(100);
    world.clock.hours(7);
    const osv = osvFolder(50);
    for (const reads of [1, 2]) {
      expect(await world.replica(store.database, { osv }).runOnce()).toBe('unchanged');
      expect(world.warnings().at(-1)).toMatch(
        new RegExp(`^npm is served markedly smaller.*read ${reads} of 3`),
      );
      world.clock.hours(7);
    }
  });

  test('that are no longer wanted are no longer known', async () => {
    const world = await served(3);
    world.clock.hours(7);
    expect(await world.replica(store.database).runOnce()).toBe('changed');
    const libraries = new StoredLibraries(files(), temporaryDirectory());
    expect(await libraries.of((await latest()).id)).toBeUndefined();
  });

  test('without a feed are a failure, and what Microsoft says is in force', async () => {
    const world = new UpdaterWorld();
    await world.serve(month('2026-Jun', 5));
    const updater = world.replica(store.database, { sets: ['msrc', 'osv'], osv: temporaryDirectory() });
    expect(await updater.runOnce()).toBe('failed');
    expect(await latest()).toBeDefined();
    expect(world.warnings()).toEqual([expect.stringMatching(/has none of OSV's ecosystems/)]);
  });

  test('on a disk that was cleared or damaged come again from the store', async () => {
    await served(3);
    const folder = temporaryDirectory();
    const libraries = new StoredLibraries(files(), folder);
    const { id } = await latest();
    const source = (await libraries.of(id))!;
    const [name] = readdirSync(join(folder, 'osv'));
    writeFileSync(join(folder, 'osv', name!), 'damaged');
    expect((await source.load([npm('package-1')])).of(npm('package-1'))).toHaveLength(1);
  });

  test('are fetched once, however many ask at the same time; others on the disk are cleared', async () => {
    await served(3);
    let reads = 0;
    const counted = {
      stateOf: (version: number) => files().stateOf(version),
      read: (name: string) => {
        reads++;
        return files().read(name);
      },
    };
    const folder = temporaryDirectory();
    mkdirSync(join(folder, 'osv'));
    writeFileSync(join(folder, 'osv', 'npm-0123456789ab.bin'), 'of a version long gone');
    const libraries = new StoredLibraries(counted, folder);
    const { id } = await latest();
    await Promise.all(Array.from({ length: 5 }, () => libraries.of(id)));
    expect(reads).toBe(1);
    await libraries.of(id);
    expect(readdirSync(join(folder, 'osv'))).toEqual(await storedFiles());
  });

  test('of a file that another replica took away: an error, and nothing is left of it', async () => {
    await served(3);
    await store.database.query('delete from library_chunk');
    const folder = temporaryDirectory();
    const libraries = new StoredLibraries(files(), folder);
    await expect(libraries.of((await latest()).id)).rejects.toMatchObject({ code: 'CORRUPT_FILE' });
    expect(readdirSync(join(folder, 'osv'))).toEqual([]);
  });
});
