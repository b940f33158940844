// Two hundred scans over a line that breaks: each ends right, or with a clear error, and none with another answer.
import { randomBytes, randomInt } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { type Fault, startFaultProxy } from '../../test/builders/fault-proxy.ts';
import { buildImage } from '../../test/builders/image.ts';
import { isInstalled } from '../../test/builders/installed.ts';
import { pushImage } from '../../test/builders/push-image.ts';
import { startRegistry } from '../../test/builders/registry.ts';
import { file } from '../../test/builders/tar.ts';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import { baseLayer, updateLayer } from '../../test/builders/windows-image.ts';
import { concurrently } from '../base/concurrently.ts';
import { ClearstoryError } from '../base/error.ts';
import { HttpClient } from '../images/network/http-client.ts';
import { CredentialStore } from '../images/registry/credentials.ts';
import { Mirrors } from '../images/registry/mirrors.ts';
import { Registries } from '../images/registry/registries.ts';
import type { LayerFacts } from '../model/layer-facts.ts';
import { FactsCache } from './facts-cache.ts';
import { FactsReader } from './facts-reader.ts';

const SCANS = 200;

const noise = (): ReturnType<typeof file> => file('Files/data.bin', randomBytes(150_000));

const IMAGE = buildImage({
  layers: [baseLayer({ entries: [noise()] }), { entries: [...updateLayer(5000).entries, noise()] }],
});

/** What is asked for when the image is read: the manifest, the config, the two layers. */
const ANSWERS = [
  { part: `/manifests/`, sizeBytes: IMAGE.manifest.length },
  { part: IMAGE.configDigest, sizeBytes: IMAGE.config.length },
  ...IMAGE.layers.map(({ digest, blob }) => ({ part: digest, sizeBytes: blob.length })),
];

function randomFault(sizeBytes: number): Fault {
  const at = randomInt(sizeBytes);
  const kinds: readonly Fault[] = [
    { kind: 'cut', after: at },
    { kind: 'cut', after: at },
    { kind: 'cut', after: at },
    { kind: 'shorten', to: at },
    { kind: 'flip', at },
    { kind: 'ignore-range' },
  ];
  return kinds[randomInt(kinds.length)]!;
}

test.skipIf(!isInstalled('docker-registry'))(
  `${SCANS} cuts at random places`,
  async () => {
    const registry = await startRegistry();
    onTestFinished(() => registry.close());
    await pushImage(registry, 'app', 'v1', IMAGE);

    const scan = async (host: string): Promise<readonly LayerFacts[]> => {
      const registries = new Registries({
        http: new HttpClient({ timeoutMs: 2000, retryDelayMs: 1 }),
        credentials: new CredentialStore({ HOME: '/nowhere' }),
        mirrors: new Mirrors([]),
      });
      try {
        const [image] = await registries.open('app', `${host}/app:v1`, undefined);
        return (await new FactsReader(new FactsCache(temporaryDirectory())).read(image!)).layers;
      } finally {
        await registries.close();
      }
    };
    const right = await scan(registry.host);
    expect(right.map(({ diffId }) => diffId)).toEqual(IMAGE.layers.map(({ diffId }) => diffId));

    const outcomes = await concurrently(Array.from({ length: SCANS }), 4, async () => {
      const proxy = await startFaultProxy(registry.host);
      const faults: unknown[] = [];
      for (let count = randomInt(1, 4); count > 0; count--) {
        const { part, sizeBytes } = ANSWERS[randomInt(ANSWERS.length)]!;
        const fault = randomFault(sizeBytes);
        faults.push([part, fault]);
        proxy.fault((path) => path.includes(part), fault, 1);
      }
      try {
        // Facts that are not those of the image would be the one thing that must not happen.
        expect(await scan(proxy.host), JSON.stringify(faults)).toEqual(right);
        return 'right';
      } catch (error) {
        if (!(error instanceof ClearstoryError)) throw error;
        expect(error.message, JSON.stringify(faults)).toMatch(/^\S.{20,}$/);
        return error.code;
      } finally {
        await proxy.close();
      }
    });
    const counts = [...new Set(outcomes)].map(
      (outcome) => `${outcomes.filter((each) => each === outcome).length} ${outcome}`,
    );
    console.info(`${SCANS} scans: ${counts.join(', ')}`);
    // Cuts alone are always overcome; flips never are, but must not pass either.
    expect(outcomes.filter((outcome) => outcome === 'right').length).toBeGreaterThan(SCANS / 2);
  },
  120_000,
);
