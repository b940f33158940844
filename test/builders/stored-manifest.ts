// Manifests as the indexer hands them to the store.
import { createHash } from 'node:crypto';
import { type Digest, digestOf } from '../../src/base/digest.ts';
import type { IndexedImage } from '../../src/model/indexed-image.ts';
import type { LayerFacts } from '../../src/model/layer-facts.ts';
import type { MatchSubject } from '../../src/model/match-subject.ts';
import type { ManifestToStore } from '../../src/store/manifests.ts';
import { buildInventory, buildOperatingSystem } from './inventory.ts';

/** A digest that is the same for the same `name`, and another for any other. */
export function namedDigest(name: string): Digest {
  return digestOf(Buffer.from(name));
}

/** The Windows of this build and revision as a subject. */
export function systemSubject(build: number, revision: number): MatchSubject {
  const inventory = buildInventory({ os: buildOperatingSystem({ build, revision }) });
  const key = createHash('sha256').update(JSON.stringify(inventory)).digest('hex').slice(0, 16);
  return { key, inventory };
}

/** An image with these subjects. */
export function indexedImage(subjects: readonly MatchSubject[]): IndexedImage {
  return {
    system: {
      name: 'Windows Server 2022',
      build: 20348,
      revision: 2322,
      installationType: 'Server Core',
      edition: 'ServerDatacenter',
      displayVersion: '21H2',
      architecture: 'amd64',
    },
    packages: subjects.map(({ key }, index) => ({
      id: key,
      name: 'Windows Server 2022',
      version: `10.0.20348.${index}`,
      kind: 'os',
      places: [{ database: 'windows:Hives/SOFTWARE', layer: 0 }],
    })),
    subjects: subjects.map(({ key }) => key),
    notices: [],
  };
}

/** A finished manifest of that name with two layers, the lower of which all share. */
export function windowsManifest(name: string, subjects: readonly MatchSubject[]): ManifestToStore {
  return {
    digest: namedDigest(name),
    kind: 'windows',
    state: 'IndexFinished',
    err: '',
    scanner: 'clearstory-1',
    layers: [namedDigest('base layer'), namedDigest(`top layer of ${name}`)],
    content: { image: indexedImage(subjects), subjects },
  };
}

/** Facts of a layer of that name with nothing in it. */
export function emptyFacts(name: string): LayerFacts {
  return {
    digest: namedDigest(name),
    diffId: namedDigest(`${name}, uncompressed`),
    sizeBytes: 10,
    uncompressedBytes: 1_024,
    entries: 0,
    names: {},
    whiteouts: [],
    links: [],
    hives: [],
    files: [],
    servicingManifests: [],
    dependencyFiles: [],
    warnings: [],
  };
}
