// Which images of an index are meant.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type BuiltImage, buildImage, ociLayout, writeFiles } from '../../test/builders/image.ts';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import type { Selection } from './choose-manifest.ts';
import { openImages } from './open-image.ts';
import { parsePlatformFilter } from './platform.ts';

const windows = (osVersion: string, architecture = 'amd64'): BuiltImage =>
  buildImage({ osVersion, architecture });

const LINUX = buildImage({ os: 'linux', osVersion: '' });
const OLD = windows('10.0.20348.473');
const NEW = windows('10.0.20348.5000');
const ARM = windows('10.0.20348.5000', 'arm64');
const OTHER = windows('10.0.17763.6000');

/** The digests that are chosen, or the code of the failure. */
async function chosen(images: readonly BuiltImage[], selection: Selection = {}): Promise<unknown> {
  const folder = join(temporaryDirectory(), 'image');
  writeFiles(folder, ociLayout(images, { nested: true }));
  try {
    const opened = await openImages(`oci-dir:${folder}`, { selection });
    await Promise.all(opened.map((image) => image.close()));
    return opened.map((image) => image.digest);
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('the images that are meant', () => {
  const all = [OLD, NEW, OTHER];
  const mixed = [...all, LINUX];
  const platform = parsePlatformFilter;

  test.each<[what: string, images: readonly BuiltImage[], selection: Selection, expected: unknown]>([
    ['of an index with Windows only all', all, {}, [OLD.digest, NEW.digest, OTHER.digest]],
    ['of a mixed one a choice is asked for', mixed, {}, 'PLATFORM_AMBIGUOUS'],
    ['with all every Windows, and no Linux', mixed, { all: true }, [OLD.digest, NEW.digest, OTHER.digest]],
    ['one Windows beside Linux needs no choice', [OLD, LINUX], {}, [OLD.digest]],
    ['by platform', mixed, { platform: platform('windows/amd64:10.0.17763.*') }, [OTHER.digest]],
    [
      'a platform that several match',
      mixed,
      { platform: platform('windows:10.0.20348.*') },
      'PLATFORM_AMBIGUOUS',
    ],
    [
      'all of a platform',
      mixed,
      { platform: platform('windows:10.0.20348.*'), all: true },
      [OLD.digest, NEW.digest],
    ],
    ['the latest of a build', mixed, { latestOf: 20348 }, [NEW.digest]],
    [
      'the latest for one architecture',
      [...mixed, ARM],
      { latestOf: 20348, platform: platform('windows/arm64') },
      [ARM.digest],
    ],
    ['the latest for several', [...mixed, ARM], { latestOf: 20348 }, 'PLATFORM_AMBIGUOUS'],
    ['the latest of a build that is not there', mixed, { latestOf: 26100 }, 'PLATFORM_NOT_FOUND'],
    ['the latest of the only image', [OLD], { latestOf: 20348 }, [OLD.digest]],
    ['the latest of another than the only image', [OLD], { latestOf: 17763 }, 'PLATFORM_NOT_FOUND'],
  ])('%s', async (_what, images, selection, expected) => {
    expect(await chosen(images, selection)).toEqual(expected);
  });
});
