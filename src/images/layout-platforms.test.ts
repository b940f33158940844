// Which image of a layout is meant, by what its index, its configs and the layout itself say.
import { describe, expect, test } from 'vitest';
import { buildImage } from '../../test/builders/image.ts';
import { failure, layout, opened } from '../../test/builders/opened-layout.ts';
import { digestOf } from '../base/digest.ts';

describe('platforms', () => {
  const windows = (osVersion: string, architecture = 'amd64') => buildImage({ osVersion, architecture });
  const linux = (architecture: string) => buildImage({ os: 'linux', osVersion: '', architecture });
  /** Looks like a Windows image but for the annotation that BuildKit gives to attestations. */
  const attestation = {
    image: buildImage({ env: ['attestation'] }),
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
  };
  /** Looks like a Windows image but for the platform that the index gives. */
  const unknown = {
    image: buildImage({ env: ['unknown'] }),
    platform: { os: 'unknown', architecture: 'unknown' },
  };

  test.each([{ nested: false }, { nested: true }])(
    'the only Windows image is taken (%j)',
    async (options) => {
      const image = windows('10.0.20348.2322');
      const target = layout([linux('amd64'), image, linux('arm64'), attestation, unknown], options);
      expect((await opened(target)).digest).toBe(image.digest);
    },
  );

  test('without Windows image it says what is there', async () => {
    const target = layout([linux('arm64'), linux('amd64'), attestation, unknown], { nested: true });
    const error = await failure(target);
    expect(error.code).toBe('PLATFORM_NOT_FOUND');
    expect(error.message).toMatch(/holds linux\/amd64, linux\/arm64 but no Windows image$/);
  });

  test('a single image is taken whatever it is', async () => {
    expect((await opened(layout([linux('amd64'), attestation, unknown]))).config.os).toBe('linux');
    expect((await opened(layout([{ image: linux('amd64'), platform: false }]))).config.os).toBe('linux');
  });

  test('several Windows images are listed with the option to use', async () => {
    const target = layout([windows('10.0.20348.473'), windows('10.0.17763.2458'), linux('amd64')]);
    const error = await failure(target);
    expect(error.code).toBe('PLATFORM_AMBIGUOUS');
    expect(error.message).toMatch(
      /choose one, or take --all:\n {2}--platform windows\/amd64:10\.0\.17763\.2458\n {2}--platform windows\/amd64:10\.0\.20348\.473$/,
    );
  });

  test('each listed option works', async () => {
    const images = [
      windows('10.0.20348.473'),
      windows('10.0.17763.2458'),
      windows('10.0.20348.473', 'arm64'),
    ];
    const target = layout([...images, linux('amd64')]);
    const options = (await failure(target)).message.match(/(?<=--platform )\S+/g) ?? [];
    expect(options).toHaveLength(3);
    const chosen = await Promise.all(options.map(async (option) => (await opened(target, option)).digest));
    expect(new Set(chosen)).toEqual(new Set(images.map((image) => image.digest)));
  });

  test('a pattern that leaves several revisions stays ambiguous', async () => {
    const target = layout([
      windows('10.0.20348.473'),
      windows('10.0.20348.2322'),
      windows('10.0.17763.2458'),
    ]);
    expect((await failure(target, 'windows/amd64:10.0.20348.*')).code).toBe('PLATFORM_AMBIGUOUS');
    expect((await opened(target, 'windows/amd64:10.0.17763.*')).config.osVersion).toBe('10.0.17763.2458');
  });

  test('the same manifest listed twice is one image', async () => {
    const image = windows('10.0.20348.473');
    expect((await opened(layout([image, image, linux('amd64')]), 'windows')).digest).toBe(image.digest);
  });

  test('images of the same platform are told apart by digest', async () => {
    const one = windows('10.0.20348.473');
    const two = buildImage({ osVersion: '10.0.20348.473', env: ['EDITION=nano'] });
    const target = layout([one, two, linux('amd64')]);
    const error = await failure(target);
    expect(error.code).toBe('PLATFORM_AMBIGUOUS');
    expect(error.message).toContain(`@${one.digest}`);
    expect((await opened(`${target}@${two.digest}`)).digest).toBe(two.digest);
  });

  test('an entry without platform is judged by its config', async () => {
    const image = windows('10.0.20348.473');
    const incomplete = { architecture: 'amd64', os: 'windows' };
    const target = layout([
      { image: linux('amd64'), platform: false },
      { image, platform: false },
      { image: windows('10.0.17763.2458'), platform: incomplete },
    ]);
    expect((await opened(target, 'windows:10.0.20348.*')).digest).toBe(image.digest);
    expect((await opened(target, 'windows:10.0.17763.2458')).config.osVersion).toBe('10.0.17763.2458');
  });

  test('a filter that matches nothing says so, for a single image too', async () => {
    const error = await failure(layout([windows('10.0.20348.473')]), 'windows/arm64');
    expect(error).toMatchObject({
      code: 'PLATFORM_NOT_FOUND',
      message: expect.stringMatching(
        /holds windows\/amd64:10\.0\.20348\.473 but nothing for windows\/arm64$/,
      ),
    });
  });

  test('of a partial copy only what is there counts', async () => {
    const image = windows('10.0.20348.473');
    const target = layout([{ image: windows('10.0.17763.2458'), absent: true }, image], { nested: true });
    expect((await opened(target)).digest).toBe(image.digest);
  });

  test('an attestation is never taken for the image that is not there', async () => {
    const absent = { image: windows('10.0.17763.2458'), absent: true };
    expect((await failure(layout([absent, unknown], { nested: true }))).code).toBe('BLOB_MISSING');
    expect((await failure(layout([absent, attestation], { nested: true }))).code).toBe('BLOB_MISSING');
  });

  test('signatures and other artifacts are no candidates', async () => {
    const config = {
      mediaType: 'application/vnd.example.signature+json',
      digest: digestOf(Buffer.alloc(0)),
      size: 0,
    };
    const signature = buildImage({ manifest: { config } });
    const image = windows('10.0.20348.473');
    expect((await opened(layout([{ image: signature, platform: false }, image]))).digest).toBe(image.digest);
    expect((await failure(layout([{ image: signature, platform: false }]))).code).toBe('NOT_AN_IMAGE');
  });
});
