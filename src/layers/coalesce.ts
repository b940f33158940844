// Folds the facts of all layers into the inventory of the image.
import type { ImageConfig } from '../images/image-source.ts';
import type { Inventory, InventoryPackage, InventoryWarning, Notice } from '../model/inventory.ts';
import type { KnownBase } from '../model/known-base.ts';
import type { ImageFacts } from '../model/layer-facts.ts';
import { readComponents } from '../windows/components.ts';
import { readDotNet } from '../windows/dotnet.ts';
import { readDotNetFramework } from '../windows/dotnet-framework.ts';
import { readEdge } from '../windows/edge.ts';
import type { ImageContent } from '../windows/image-content.ts';
import { readInstaller } from '../windows/installer.ts';
import { readLibraries } from '../windows/libraries.ts';
import { type OperatingSystemReading, readOperatingSystem } from '../windows/operating-system.ts';
import { operatingSystemPackage } from '../windows/operating-system-package.ts';
import { readPowerShell } from '../windows/powershell.ts';
import { readPrograms } from '../windows/programs.ts';
import { readServicing } from '../windows/servicing.ts';
import { readSqlServer } from '../windows/sql-server.ts';
import { statedSystem } from '../windows/stated-system.ts';
import { readVisualCpp } from '../windows/visual-cpp.ts';
import { readWindowsComponents } from '../windows/windows-components.ts';
import { isWitness } from '../windows/witness-files.ts';
import { componentFiles } from './component-files.ts';
import { imageContent } from './image-content.ts';
import { parseLayerPath } from './layer-path.ts';
import { hiveOf } from './merge-registry.ts';
import { PENDING_FILE } from './readers/pending-servicing.ts';

/** What finds packages; each sees those found before it. A new one is one more line. */
const DETECTORS: readonly ((
  content: ImageContent,
  found: readonly InventoryPackage[],
) => readonly InventoryPackage[])[] = [
  readDotNet,
  readPowerShell,
  readSqlServer,
  readPrograms,
  readInstaller,
  readVisualCpp,
  readEdge,
  readWindowsComponents,
  readComponents,
  readLibraries,
];

/**
 * Pure: the same facts and config give the same inventory. `base` is what the catalogue knows of the bottom layers; it
 * counts only where layers are absent.
 */
export function coalesce(facts: ImageFacts, config: ImageConfig, base?: KnownBase): Inventory {
  const { layers, absent } = facts;
  const { content, notices: hiveNotices } = imageContent(layers, config);
  const servicing = readServicing(
    content.software,
    content.servicingManifests.map(({ fact }) => fact),
    content.files.has(PENDING_FILE),
  );
  const registered = readOperatingSystem(content, servicing);
  const missing = missingRegistry(facts, config, registered);
  const stated = missing?.standIn
    ? statedSystem(content, servicing, missing.reason, absent.length > 0 ? base : undefined)
    : undefined;
  const { os, notices } = stated?.os ? stated : registered;
  const framework = readDotNetFramework(content, servicing);
  const packages = [...(os ? [operatingSystemPackage(os)] : []), ...framework.packages];
  for (const detect of DETECTORS) packages.push(...detect(content, packages));
  const warnings = layers.flatMap(({ digest, warnings: own }) =>
    own.map(({ path, reason }) => ({ layer: digest, path, reason })),
  );
  return {
    os,
    dotNetFramework: framework.framework,
    packages,
    ...(absent.length === 0 && { componentFiles: componentFiles(layers) }),
    notices: [
      ...(os || missing?.standIn ? absentLayers(facts) : []),
      ...(os || !missing ? [] : [noWindows(missing.reason)]),
      // What an absent layer leaves in the air has been said.
      ...hiveNotices.filter(({ code }) => absent.length === 0 || code !== 'HIVE_WITHOUT_BASE'),
      ...notices,
      ...framework.notices,
      ...unreadableFiles(warnings, content),
    ],
    warnings,
  };
}

/**
 * Why the registry cannot be relied on, and whether what is stated elsewhere may stand in: not where it is empty on
 * purpose. `undefined`: it can be.
 */
function missingRegistry(
  { layers, absent }: ImageFacts,
  config: ImageConfig,
  registered: OperatingSystemReading,
): { readonly reason: string; readonly standIn: boolean } | undefined {
  if (registered.os && absent.length === 0) return undefined;
  if (config.os !== 'windows' && config.os !== 'unknown') {
    return { reason: `it is an image for ${config.os}`, standIn: false };
  }
  // A base without its update, or the reverse, names a revision that the image does not have.
  if (absent.length > 0) return { reason: 'not all layers were read', standIn: true };
  const states = layers.map((layer) => hiveOf(layer, 'SOFTWARE', 'base')?.state);
  if (states.includes('damaged')) return { reason: 'the SOFTWARE registry hive is damaged', standIn: true };
  if (states.includes('empty')) {
    const reason = 'its registry is empty, as in host-process images that run on the Windows of their host';
    return { reason, standIn: false };
  }
  return { reason: 'no layer has a SOFTWARE registry hive', standIn: true };
}

function absentLayers({ layers, absent }: ImageFacts): Notice[] {
  const [first] = absent;
  if (!first) return [];
  const unread = new Set(absent.map(({ layer }) => layer));
  const places = layers.flatMap(({ digest }, index) => (unread.has(digest) ? [index + 1] : []));
  const reasons = [...new Set(absent.map(({ reason }) => reason))].join('; ');
  const message = `${unreadLayers(places, layers.length)}: ${reasons}. Programs, .NET and libraries that only they hold are missing here`;
  return [{ code: 'LAYERS_ABSENT', message, uncertain: true }];
}

function unreadLayers(places: readonly number[], layers: number): string {
  if (places.length === layers) return 'no layer was read';
  if (places.length === 1) return `layer ${places[0]} of ${layers} was not read`;
  return `layers ${places.join(', ')} of ${layers} were not read`;
}

function noWindows(reason: string): Notice {
  return {
    code: 'NO_OPERATING_SYSTEM',
    message: `there is no Windows in this image: ${reason}`,
    uncertain: false,
  };
}

/** A program whose version cannot be read costs nobody an answer, unless it is a witness. Other files do. */
function unreadableFiles(warnings: readonly InventoryWarning[], { files }: ImageContent): Notice[] {
  if (warnings.length === 0) return [];
  const decisive = warnings.filter(({ path }) => {
    const canonical = parseLayerPath(path).path;
    return isWitness(canonical) || !files.get(canonical)?.fact.pe;
  });
  const [{ path, reason }] = (decisive.length > 0 ? decisive : warnings) as [InventoryWarning];
  const others = warnings.length > 1 ? `; ${warnings.length - 1} more stand under "warnings" of -o json` : '';
  return [
    {
      code: 'FILES_UNREADABLE',
      message: `${path} cannot be read (${reason}), so what it would have said is missing${others}`,
      uncertain: decisive.length > 0,
    },
  ];
}
