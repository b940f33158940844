// Images of daemons: a real Podman, and a server that gives archives as Docker does.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  buildImage,
  dockerArchive,
  type Listing,
  ociLayout,
  writeArchive,
} from '../../../test/builders/image.ts';
import { isInstalled } from '../../../test/builders/installed.ts';
import { openImage } from '../../../test/builders/open-image.ts';
import { startPodman } from '../../../test/builders/podman.ts';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import { baseLayer, updateLayer } from '../../../test/builders/windows-image.ts';
import type { Image } from '../image-source.ts';

const IMAGE = buildImage({ layers: [baseLayer(), updateLayer(5000)] });
const OTHER = buildImage({ osVersion: '10.0.17763.5830' });

function archiveOf(listing: Listing): string {
  const path = join(temporaryDirectory(), 'image.tar');
  writeArchive(path, dockerArchive(listing));
  return path;
}

test.skipIf(!isInstalled('podman'))(
  'an image that Podman has is the one that was loaded',
  async ({ skip }) => {
    const podman = await startPodman();
    if (podman === undefined) return skip('podman does not run here');
    onTestFinished(() => podman.close());
    podman.load(archiveOf([{ image: IMAGE, tag: 'localhost/org/app:v1' }]));
    podman.load(archiveOf([{ image: OTHER, tag: 'docker.io/library/other:latest' }]));

    // Podman answers to Docker's clients as well.
    for (const [engine, variable] of [
      ['podman', 'CONTAINER_HOST'],
      ['docker', 'DOCKER_HOST'],
    ] as const) {
      const environment = { [variable]: `unix://${podman.socketPath}` };
      const image = await openImage(`${engine}:localhost/org/app:v1`, { environment });
      expect(image.digest).toBe(IMAGE.configDigest);
      expect(image.layers.map(({ diffId }) => diffId)).toEqual(IMAGE.layers.map(({ diffId }) => diffId));
      const chunks: Buffer[] = [];
      for await (const chunk of image.openLayer(image.layers[0]!)) chunks.push(chunk);
      expect(Buffer.concat(chunks)).toEqual(IMAGE.layers[0]!.tar);
      await image.close();

      const id = OTHER.configDigest.slice('sha256:'.length);
      for (const name of ['other', 'library/other:latest', id, id.slice(0, 12), OTHER.configDigest]) {
        const other = await openImage(`${engine}:${name}`, { environment });
        expect(other.digest).toBe(OTHER.configDigest);
        await other.close();
      }
      await expect(openImage(`${engine}:localhost/nope:v1`, { environment })).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringContaining(`leaving out "${engine}:"`),
      });
    }
  },
  60_000,
);

/** What opening `target` gives where Docker answers with this archive. */
async function answeredWith(archive: string, target: string): Promise<Image> {
  const socketPath = join(temporaryDirectory(), 'docker.sock');
  const server = createServer((_, response) => response.end(readFileSync(archive)));
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  onTestFinished(() => void server.close());
  return openImage(target, { environment: { DOCKER_HOST: `unix://${socketPath}` } });
}

test('of a name with several tags, which Docker saves all, one has to be chosen', async () => {
  const archive = archiveOf([
    { image: IMAGE, tag: 'app:v1' },
    { image: OTHER, tag: 'app:latest' },
  ]);
  await expect(answeredWith(archive, 'docker:app')).rejects.toMatchObject({
    code: 'TAG_AMBIGUOUS',
    message: expect.stringContaining('docker:app:latest'),
  });
});

test("of an index that containerd's store saves, what was pulled is taken", async () => {
  const linux = buildImage({ os: 'linux', osVersion: '' });
  const layout = ociLayout([{ image: linux, absent: true }, IMAGE], { nested: true });
  const preferred = `blobs/sha256/${linux.configDigest.slice('sha256:'.length)}`;
  layout.set(
    'manifest.json',
    Buffer.from(JSON.stringify([{ Config: preferred, RepoTags: ['app:v1'], Layers: [] }])),
  );
  const path = join(temporaryDirectory(), 'image.tar');
  writeArchive(path, layout);
  const image = await answeredWith(path, 'docker:app:v1');
  expect(image.digest).toBe(IMAGE.digest);
  await image.close();
});
