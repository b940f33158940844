// Which places a name leads to, by command line and by registries.conf.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import { Mirrors, parseMirror } from './mirrors.ts';
import { readRegistriesConf } from './registries-conf.ts';

/** The places as `registry/repository`, insecure ones with a `!`. */
function places(
  mirrors: Mirrors,
  registry: string,
  repository: string,
  by: 'tag' | 'digest' = 'digest',
): string[] {
  return mirrors
    .placesOf(registry, repository, by)
    .map((place) => `${place.registry}/${place.repository}${place.insecure ? '!' : ''}`);
}

async function configured(text: string): Promise<Mirrors> {
  const path = join(temporaryDirectory(), 'registries.conf');
  writeFileSync(path, text);
  return new Mirrors(await readRegistriesConf(path, {}));
}

describe('--mirror', () => {
  test('the mirror first, then the registry; other names stay as they are', () => {
    const mirrors = new Mirrors([parseMirror('mcr.microsoft.com=mirror.local:5000/mcr/')]);
    expect(places(mirrors, 'mcr.microsoft.com', 'windows/servercore')).toEqual([
      'mirror.local:5000/mcr/windows/servercore',
      'mcr.microsoft.com/windows/servercore',
    ]);
    expect(places(mirrors, 'mcr.microsoft.com.evil.example', 'a')).toEqual([
      'mcr.microsoft.com.evil.example/a',
    ]);
  });

  test.each(['mcr.microsoft.com', '=a', 'a=', 'a=b=c', 'a=https://b', 'a b=c'])(
    '%j cannot be read',
    (text) => {
      expect(() => parseMirror(text)).toThrow(expect.objectContaining({ code: 'BAD_CONFIGURATION' }));
    },
  );
});

describe('registries.conf', () => {
  test('the longest prefix counts; location, mirrors, insecure and blocked as the other tools take them', async () => {
    const mirrors = await configured(`
      unqualified-search-registries = ["docker.io"]
      [[registry]]
      prefix = "quay.io"
      location = "quay.internal:8443/all"
      [[registry]]
      prefix = "quay.io/org"
      location = "quay.io/org"
      insecure = true
      [[registry.mirror]]
      location = "one.example/org"
      [[registry.mirror]]
      location = "two.example"
      insecure = true
      [[registry]]
      location = "bad.example"
      blocked = true
      [[registry]]
      prefix = "*.wild.example"
      [[registry.mirror]]
      location = "cache.example/wild"
    `);
    expect(places(mirrors, 'quay.io', 'other/app')).toEqual(['quay.internal:8443/all/other/app']);
    expect(places(mirrors, 'quay.io', 'org/app')).toEqual([
      'one.example/org/app',
      'two.example/app!',
      'quay.io/org/app!',
    ]);
    expect(places(mirrors, 'quay.io', 'organisation/app')).toEqual([
      'quay.internal:8443/all/organisation/app',
    ]);
    expect(places(mirrors, 'a.wild.example', 'x')).toEqual(['cache.example/wild/x', 'a.wild.example/x']);
    expect(() => places(mirrors, 'bad.example', 'x')).toThrow(
      expect.objectContaining({ code: 'REFUSED_ADDRESS' }),
    );
  });

  test('mirrors by digest or tag only', async () => {
    const mirrors = await configured(`
      [[registry]]
      location = "a.example"
      [[registry.mirror]]
      location = "d.example"
      pull-from-mirror = "digest-only"
      [[registry.mirror]]
      location = "t.example"
      pull-from-mirror = "tag-only"
      [[registry]]
      location = "b.example"
      mirror-by-digest-only = true
      [[registry.mirror]]
      location = "m.example"
    `);
    expect(places(mirrors, 'a.example', 'x', 'digest')).toEqual(['d.example/x', 'a.example/x']);
    expect(places(mirrors, 'a.example', 'x', 'tag')).toEqual(['t.example/x', 'a.example/x']);
    expect(places(mirrors, 'b.example', 'x', 'tag')).toEqual(['b.example/x']);
    expect(places(mirrors, 'b.example', 'x', 'digest')).toEqual(['m.example/x', 'b.example/x']);
  });

  test('the files of the user and their drop-ins, the later rule for a prefix wins', async () => {
    const home = temporaryDirectory();
    const folder = join(home, '.config', 'containers');
    mkdirSync(join(folder, 'registries.conf.d'), { recursive: true });
    const rule = (mirror: string): string =>
      `[[registry]]\nlocation = "unique-name.example"\n[[registry.mirror]]\nlocation = "${mirror}"\n`;
    writeFileSync(join(folder, 'registries.conf'), rule('first.example'));
    const read = async (): Promise<string[]> =>
      places(new Mirrors(await readRegistriesConf(undefined, { HOME: home })), 'unique-name.example', 'x');
    expect(await read()).toEqual(['first.example/x', 'unique-name.example/x']);
    writeFileSync(join(folder, 'registries.conf.d', '10-own.conf'), rule('second.example'));
    expect(await read()).toEqual(['second.example/x', 'unique-name.example/x']);
  });

  test.each([
    ['not toml at all [', /no valid TOML/],
    ['[[registry]]\ninsecure = true', /neither prefix nor location/],
    ['[[registry]]\nlocation = "https://a.example"', /no host/],
    ['[[registry]]\nlocation = 7', /no host/],
  ])('%j is refused with the file named', async (text, message) => {
    const failure = await configured(text).catch((error: Error) => error);
    expect(failure).toMatchObject({ code: 'BAD_CONFIGURATION' });
    expect((failure as Error).message).toMatch(/registries\.conf/);
    expect((failure as Error).message).toMatch(message);
  });

  test('a file that was named must be there', async () => {
    await expect(readRegistriesConf('/nowhere/registries.conf', {})).rejects.toMatchObject({
      code: 'BAD_CONFIGURATION',
    });
  });
});
