// A new version takes effect, an old one can be had again, and what fails changes nothing.
import { beforeEach, expect, test } from 'vitest';
import { buildCvrf } from '../../test/builders/cvrf.ts';
import { AdvisoriesError } from '../advisories/advisories-error.ts';
import { encodeAdvisories } from '../advisories/advisories-file.ts';
import { normalise } from '../advisories/normalise.ts';
import { createLogger } from '../base/log.ts';
import { parseCvrf } from '../formats/cvrf/parse-cvrf.ts';
import { CurrentKnowledge, type KnownVersion, type LibrarySource } from './knowledge.ts';

/** Versions in memory, newest last. */
class Versions {
  readonly rows: (KnownVersion & { file: Buffer })[] = [];
  isDown = false;

  add(id: string): void {
    const spec = { id: '2026-Jun', products: {}, vulnerabilities: [{ id, affected: ['11924'] }] };
    const { version, file } = encodeAdvisories([normalise(parseCvrf(Buffer.from(buildCvrf(spec)), spec.id))]);
    const number = this.rows.length + 1;
    const time = `2026-07-0${number}T00:00:00Z`;
    this.rows.push({ id: number, ref: `ref-${number}`, version, fetchedAt: time, createdAt: time, file });
  }

  async latest() {
    if (this.isDown) throw new Error('the database is away');
    return this.rows.at(-1);
  }

  async list() {
    return [...this.rows].reverse();
  }

  async load(id: number) {
    return this.rows.find((row) => row.id === id)!.file;
  }
}

let versions: Versions;
let libraries: LibrarySource | undefined;
let knowledge: CurrentKnowledge;

beforeEach(() => {
  versions = new Versions();
  libraries = undefined;
  knowledge = new CurrentKnowledge({
    versions,
    libraries: async () => libraries,
    log: createLogger('silent'),
  });
});

const entries = () => knowledge.current()?.advisories.entries.map(({ id }) => id);

test('nothing before the first version', async () => {
  expect(await knowledge.refresh()).toBe(false);
  expect(knowledge.current()).toBeUndefined();
});

test('the newest counts, and listeners hear of it once', async () => {
  const heard: number[] = [];
  const end = knowledge.onChange(({ version }) => void heard.push(version.id));
  versions.add('CVE-2026-1000');
  expect(await knowledge.refresh()).toBe(true);
  expect(await knowledge.refresh()).toBe(false);
  versions.add('CVE-2026-2000');
  expect(await Promise.all([knowledge.refresh(), knowledge.refresh()])).toEqual([true, true]);
  expect(entries()).toEqual(['CVE-2026-2000']);
  end();
  versions.add('CVE-2026-3000');
  await knowledge.refresh();
  expect(heard).toEqual([1, 2]);
});

test('an older version is as it was, and the current one is not read again', async () => {
  versions.add('CVE-2026-1000');
  versions.add('CVE-2026-2000');
  await knowledge.refresh();
  expect((await knowledge.load(1)).advisories.entries.map(({ id }) => id)).toEqual(['CVE-2026-1000']);
  expect(await knowledge.load(2)).toBe(knowledge.current());
  await expect(knowledge.load(3)).rejects.toThrow('no version 3');
});

test('read again and unchanged: the time counts, what was computed stays', async () => {
  versions.add('CVE-2026-1000');
  await knowledge.refresh();
  const { advisories } = knowledge.current()!;
  versions.rows[0] = { ...versions.rows[0]!, fetchedAt: '2026-08-01T00:00:00Z' };
  expect(await knowledge.refresh()).toBe(false);
  expect(knowledge.current()).toMatchObject({ version: { fetchedAt: '2026-08-01T00:00:00Z' } });
  expect(knowledge.current()!.advisories).toBe(advisories);
});

test('libraries that OSV describes anew are a change', async () => {
  versions.add('CVE-2026-1000');
  await knowledge.refresh();
  libraries = { version: 'osv-1', load: async () => ({ fetchedAt: '', of: () => [] }) };
  expect(await knowledge.refresh()).toBe(true);
  expect(knowledge.current()!.libraries).toBe(libraries);
});

test('a store that is away, or a damaged file, leaves in force what is', async () => {
  versions.add('CVE-2026-1000');
  await knowledge.start();
  versions.isDown = true;
  await expect(knowledge.refresh()).rejects.toThrow('away');
  versions.isDown = false;
  versions.add('CVE-2026-2000');
  versions.rows[1]!.file[100]! ^= 1;
  await expect(knowledge.refresh()).rejects.toMatchObject({ code: 'CORRUPT_FILE' });
  expect(entries()).toEqual(['CVE-2026-1000']);
  knowledge.stop();
});

test('damaged data of OSV do not keep new advisories from taking effect', async () => {
  const damaged = new CurrentKnowledge({
    versions,
    libraries: () => Promise.reject(new AdvisoriesError('CORRUPT_FILE', 'npm.bin is damaged')),
    log: createLogger('silent'),
  });
  versions.add('CVE-2026-1000');
  expect(await damaged.refresh()).toBe(true);
  expect(damaged.current()).toMatchObject({ version: { id: 1 } });
  expect(damaged.current()!.libraries).toBeUndefined();
  expect(await damaged.refresh()).toBe(false);
});

test('libraries in a store that is away are asked for again', async () => {
  const away = new CurrentKnowledge({
    versions,
    libraries: () => Promise.reject(new Error('the database is away')),
    log: createLogger('silent'),
  });
  versions.add('CVE-2026-1000');
  await expect(away.refresh()).rejects.toThrow('away');
  expect(away.current()).toBeUndefined();
});
