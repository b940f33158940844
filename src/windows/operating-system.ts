// Which Windows the merged registry says it is, cross-checked with the other witnesses.
import type { Evidence, InstallationType, Notice, OperatingSystem } from '../model/inventory.ts';
import { formatWindowsVersion, parseWindowsVersion, type WindowsVersion } from '../model/windows-version.ts';
import { type LayerNames, registryEvidence } from './evidence.ts';
import { findKey, numberOf, textOf } from './registry/lookup.ts';
import type { MergedKey } from './registry/merge.ts';
import { endOfSupport, windowsRelease } from './releases.ts';
import { readServicing } from './servicing.ts';

const CURRENT_VERSION = 'Microsoft\\Windows NT\\CurrentVersion';

/** Everything the identity is read from. */
export interface OperatingSystemWitnesses {
  readonly software: MergedKey | undefined;
  readonly system: MergedKey | undefined;
  readonly layers: LayerNames;
  /** `os.version` and `architecture` of the image config. */
  readonly configVersion: string | undefined;
  readonly configArchitecture: string | undefined;
  /** Highest file versions of the core system files in the image. */
  readonly files: readonly FileWitness[];
  readonly hasPendingFile: boolean;
}

export interface FileWitness {
  readonly version: WindowsVersion;
  readonly architecture: string | undefined;
  readonly evidence: Evidence;
}

export interface OperatingSystemReading {
  readonly os: OperatingSystem | undefined;
  readonly notices: readonly Notice[];
}

/** `os` is `undefined` when the registry holds no build number: then there is no Windows in the image. */
export function readOperatingSystem(witnesses: OperatingSystemWitnesses): OperatingSystemReading {
  const { software, layers } = witnesses;
  const key = findKey(software, CURRENT_VERSION);
  const buildName = textOf(key, 'CurrentBuildNumber') ? 'CurrentBuildNumber' : 'CurrentBuild';
  const build = Number(textOf(key, buildName));
  if (!key || !Number.isInteger(build) || build <= 0) return { os: undefined, notices: [] };
  const revision = numberOf(key, 'UBR') ?? 0;
  const evidence = ['UBR', buildName, 'InstallationType', 'EditionID'].flatMap(
    (name) => registryEvidence(software, 'SOFTWARE', CURRENT_VERSION, name, layers) ?? [],
  );
  const architecture = registryArchitecture(witnesses, textOf(key, 'BuildLabEx'));
  const servicing = readServicing(software, witnesses.hasPendingFile);
  const type = installationType(textOf(key, 'InstallationType'));
  const release = windowsRelease(build);
  const os: OperatingSystem = {
    name: release?.name ?? `Windows build ${build}`,
    endOfSupport: release && endOfSupport(release, type),
    build,
    revision,
    installationType: type,
    edition: textOf(key, 'EditionID'),
    displayVersion: textOf(key, 'DisplayVersion') ?? textOf(key, 'ReleaseId'),
    architecture: architecture ?? witnesses.configArchitecture,
    servicing,
    evidence: [...evidence, ...configEvidence(witnesses.configVersion)],
    introducedIn: evidence[0]?.layer,
  };
  return { os, notices: crossCheck(os, witnesses) };
}

/** `Nano Server`, `Server Core`, `Server`, `Client`; a word not met before is left open, not guessed. */
function installationType(text: string | undefined): InstallationType | undefined {
  const known: readonly InstallationType[] = ['Nano Server', 'Server Core', 'Server', 'Client'];
  return known.find((type) => type.toLowerCase() === text?.toLowerCase());
}

function registryArchitecture(
  { system }: OperatingSystemWitnesses,
  buildLab: string | undefined,
): string | undefined {
  const current = String(numberOf(findKey(system, 'Select'), 'Current') ?? 1).padStart(3, '0');
  const environment = findKey(system, `ControlSet${current}\\Control\\Session Manager\\Environment`);
  const stated = textOf(environment, 'PROCESSOR_ARCHITECTURE')?.toLowerCase();
  const built = /\.(amd64|arm64|x86)(?:fre|chk)\./i.exec(buildLab ?? '')?.[1]?.toLowerCase();
  const architecture = stated ?? built;
  return architecture === 'x86' ? '386' : architecture;
}

function configEvidence(version: string | undefined): Evidence[] {
  return version === undefined ? [] : [{ kind: 'config', value: 'os.version', data: version }];
}

/** The registry decides; whoever disagrees is named with both values. */
function crossCheck(os: OperatingSystem, witnesses: OperatingSystemWitnesses): Notice[] {
  const notices: Notice[] = [];
  const own = formatWindowsVersion(os);
  const config = parseWindowsVersion(witnesses.configVersion ?? '');
  if (config && (config.build !== os.build || config.revision !== os.revision)) {
    notices.push(conflict(`the image config says ${formatWindowsVersion(config)} (os.version)`, own));
  }
  const rollup = os.servicing.cumulative.find((each) => each.state === 'installed');
  const [rollupBuild, rollupRevision] = (rollup?.version ?? '').split('.').map(Number);
  if (rollup && rollupBuild === os.build && rollupRevision !== os.revision) {
    notices.push(conflict(`the newest installed cumulative package is ${rollup.identity}`, own));
  }
  for (const { version, evidence } of witnesses.files) {
    if (version.build === os.build && version.revision > os.revision) {
      notices.push(conflict(`${evidence.path} has version ${formatWindowsVersion(version)}`, own));
    }
  }
  const differing = witnesses.files.find(
    ({ architecture }) => architecture && architecture !== os.architecture,
  );
  const stated = witnesses.configArchitecture;
  if (stated && os.architecture && stated !== os.architecture) {
    notices.push({
      code: 'ARCHITECTURE_CONFLICT',
      message: `the registry says ${os.architecture}, the image config says ${stated}`,
      uncertain: false,
    });
  } else if (differing) {
    notices.push({
      code: 'ARCHITECTURE_CONFLICT',
      message: `${differing.evidence.path} is built for ${differing.architecture}, the system for ${os.architecture}`,
      uncertain: false,
    });
  }
  if (os.servicing.pending) {
    notices.push({
      code: 'SERVICING_PENDING',
      message:
        'an update waits for a restart, which a container never makes: what it should fix may not be fixed',
      uncertain: true,
    });
  }
  return notices;
}

function conflict(other: string, registry: string): Notice {
  return {
    code: 'REVISION_CONFLICT',
    message: `${other}, but the registry says ${registry}; findings follow the registry`,
    uncertain: true,
  };
}
