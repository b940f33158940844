// The content of an image as detectors see it, from registry paths and files, in one layer.
import type { Digest } from '../../src/base/digest.ts';
import { openHive } from '../../src/formats/regf/hive.ts';
import { foldName } from '../../src/formats/regf/registry-name.ts';
import type {
  DependencyFile,
  FileFacts,
  HiveName,
  PeFacts,
  ServicingManifest,
} from '../../src/model/layer-facts.ts';
import type { ImageContent, Placed } from '../../src/windows/image-content.ts';
import { extractKeys } from '../../src/windows/registry/extract.ts';
import { REGISTRY_INTERESTS } from '../../src/windows/registry/interests.ts';
import { type MergedKey, standalone } from '../../src/windows/registry/merge.ts';
import { hiveFromPaths, type ValueSpec } from './hive.ts';

export const LAYER: Digest = `sha256:${'d'.repeat(64)}`;

export type RegistryPaths = Readonly<Record<string, readonly ValueSpec[]>>;

export interface ImageContentSpec {
  readonly software?: RegistryPaths;
  readonly system?: RegistryPaths;
  /** Path as a layer spells it → what the program says of itself. */
  readonly files?: Readonly<Record<string, PeFacts>>;
  readonly dependencyFiles?: readonly Partial<DependencyFile>[];
  readonly manifests?: readonly Partial<ServicingManifest>[];
  readonly configVersion?: string;
  readonly configArchitecture?: string;
}

export function buildImageContent(spec: ImageContentSpec = {}): ImageContent {
  const hive = (name: HiveName): string => `Files/Windows/System32/config/${name}`;
  return {
    software: spec.software && mergedKey('SOFTWARE', spec.software),
    system: spec.system && mergedKey('SYSTEM', spec.system),
    layers: { digest: () => LAYER, hivePath: (_, name) => hive(name) },
    users: [],
    files: new Map(Object.entries(spec.files ?? {}).map(([path, pe]) => placedFile(path, pe))),
    dependencyFiles: (spec.dependencyFiles ?? []).map((file) => {
      const spelling = file.spelling ?? 'Files/app/app.deps.json';
      const path = foldName(spelling);
      return placed({ path, spelling, format: 'deps.json', dependencies: [], ...file });
    }),
    servicingManifests: (spec.manifests ?? []).map((manifest) =>
      placed({ path: '', identity: '', children: [], ...manifest }),
    ),
    configVersion: spec.configVersion,
    configArchitecture: spec.configArchitecture,
  };
}

function mergedKey(hive: HiveName, paths: RegistryPaths): MergedKey {
  return standalone(extractKeys(openHive(hiveFromPaths(paths)), hive, REGISTRY_INTERESTS), 0);
}

function placedFile(spelling: string, pe: PeFacts): [string, Placed<FileFacts>] {
  const path = foldName(spelling);
  return [path, placed({ path, spelling, sizeBytes: 1000, pe })];
}

function placed<T>(fact: T): Placed<T> {
  return { fact, layer: LAYER };
}
