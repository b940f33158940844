// Folds the facts of all layers into the inventory of the image.
import type { ImageConfig } from '../images/image-source.ts';
import type { Inventory, Notice } from '../model/inventory.ts';
import type { FileFacts, LayerFacts } from '../model/layer-facts.ts';
import { parseWindowsVersion } from '../model/windows-version.ts';
import type { LayerNames } from '../windows/evidence.ts';
import { type FileWitness, readOperatingSystem } from '../windows/operating-system.ts';
import { operatingSystemPackage } from '../windows/operating-system-package.ts';
import { readPrograms } from '../windows/programs.ts';
import { hiveOf, mergeHives } from './merge-registry.ts';
import { PENDING_FILE } from './readers/system-files.ts';

/** Pure: the same facts and config give the same inventory. `layers` are bottom first. */
export function coalesce(layers: readonly LayerFacts[], config: ImageConfig): Inventory {
  const names = layerNames(layers);
  const software = mergeHives('SOFTWARE', layers);
  const system = mergeHives('SYSTEM', layers);
  const files = mergeFiles(layers);
  const { os, notices } = readOperatingSystem({
    software: software.root,
    system: system.root,
    layers: names,
    configVersion: config.osVersion,
    configArchitecture: config.architecture === 'unknown' ? undefined : config.architecture,
    files: [...files.values()].flatMap(fileWitness),
    hasPendingFile: files.has(PENDING_FILE),
  });
  return {
    os,
    packages: [...(os ? [operatingSystemPackage(os)] : []), ...readPrograms(software.root, names)],
    notices: [...(os ? [] : [noWindows(layers, config)]), ...software.notices, ...system.notices, ...notices],
  };
}

interface PlacedFile {
  readonly file: FileFacts;
  readonly layer: LayerFacts;
}

/** The files of interest as a container would see them: removals of a layer come before its additions. */
function mergeFiles(layers: readonly LayerFacts[]): Map<string, PlacedFile> {
  const files = new Map<string, PlacedFile>();
  for (const layer of layers) {
    for (const whiteout of layer.whiteouts) {
      const below = whiteout.endsWith('/*') ? whiteout.slice(0, -1) : `${whiteout}/`;
      for (const path of files.keys()) {
        if (path === whiteout || path.startsWith(below)) files.delete(path);
      }
    }
    for (const file of layer.files) files.set(file.path, { file, layer });
  }
  return files;
}

function fileWitness({ file, layer }: PlacedFile): FileWitness[] {
  const version = parseWindowsVersion(file.pe?.fileVersion ?? '');
  if (!version) return [];
  const evidence = {
    kind: 'file',
    layer: layer.digest,
    path: file.spelling,
    data: file.pe?.fileVersion ?? '',
  } as const;
  return [{ version, architecture: file.pe?.architecture, evidence }];
}

function layerNames(layers: readonly LayerFacts[]): LayerNames {
  return {
    digest: (layer) => layers[layer]!.digest,
    hivePath: (layer, hive) => {
      const facts = layers[layer]!;
      return (hiveOf(facts, hive, 'delta') ?? hiveOf(facts, hive, 'base'))?.path;
    },
  };
}

function noWindows(layers: readonly LayerFacts[], config: ImageConfig): Notice {
  const hasEmptyHive = layers.some((layer) => hiveOf(layer, 'SOFTWARE', 'base')?.state === 'empty');
  const reason =
    config.os !== 'windows' && config.os !== 'unknown'
      ? `it is an image for ${config.os}`
      : hasEmptyHive
        ? 'its registry is empty, as in host-process images that run on the Windows of their host'
        : 'no layer has a SOFTWARE registry hive';
  return {
    code: 'NO_OPERATING_SYSTEM',
    message: `there is no Windows in this image: ${reason}`,
    uncertain: false,
  };
}
