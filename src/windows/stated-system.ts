// Which Windows the image is when its registry is out of reach: by the catalogue of base layers, or by its config.
import type { Notice, OperatingSystem, Servicing } from '../model/inventory.ts';
import type { KnownBase } from '../model/known-base.ts';
import { formatWindowsVersion, parseWindowsVersion } from '../model/windows-version.ts';
import type { ImageContent } from './image-content.ts';
import { configEvidence, type OperatingSystemReading } from './operating-system.ts';
import { endOfSupport, windowsRelease } from './releases.ts';

/**
 * `reason` says why the registry does not decide. Where catalogue and `os.version` differ, the lower revision counts:
 * the other may belong to an update that is not in the image.
 */
export function statedSystem(
  { configVersion, configArchitecture }: ImageContent,
  servicing: Servicing,
  reason: string,
  base: KnownBase | undefined,
): OperatingSystemReading {
  const config = parseWindowsVersion(configVersion ?? '');
  const isLower = base && config?.build === base.build && config.revision < base.revision;
  const version = base && !isLower ? base : config;
  if (!version) return { os: undefined, notices: [] };
  const { build, revision } = version;
  const release = windowsRelease(build);
  const catalog = base
    ? [{ kind: 'catalog', layer: base.digest, data: formatWindowsVersion(base) } as const]
    : [];
  const decides = version === base ? 'catalog' : 'config';
  const stated = configEvidence(configVersion);
  const os: OperatingSystem = {
    name: release?.name ?? `Windows build ${build}`,
    endOfSupport: release && endOfSupport(release, base?.installationType),
    build,
    revision,
    installationType: base?.installationType,
    edition: base?.edition,
    displayVersion: undefined,
    architecture: base?.architecture ?? configArchitecture,
    servicing,
    basis: decides,
    evidence: decides === 'catalog' ? [...catalog, ...stated] : [...stated, ...catalog],
    introducedIn: decides === 'catalog' ? base?.digest : undefined,
  };
  return { os, notices: [restsOn(decides, reason, os, base), ...conflict(base, configVersion, os)] };
}

function restsOn(
  decides: 'catalog' | 'config',
  reason: string,
  os: OperatingSystem,
  base: KnownBase | undefined,
): Notice {
  const version = formatWindowsVersion(os);
  const source =
    decides === 'config'
      ? `the image config alone (os.version ${version})`
      : `the catalogue of base layers (${version}, ${base?.basis === 'registry' ? 'read in an earlier scan' : 'stated by an image config'})`;
  return { code: 'STATED_ONLY', message: `${reason}, so the version rests on ${source}`, uncertain: true };
}

function conflict(
  base: KnownBase | undefined,
  configVersion: string | undefined,
  os: OperatingSystem,
): Notice[] {
  const config = parseWindowsVersion(configVersion ?? '');
  if (!base || !config || formatWindowsVersion(base) === formatWindowsVersion(config)) return [];
  const message = `the catalogue says ${formatWindowsVersion(base)}, the image config ${formatWindowsVersion(config)} (os.version); findings are for ${formatWindowsVersion(os)}`;
  return [{ code: 'REVISION_CONFLICT', message, uncertain: true }];
}
