// Which Windows the image is, by the merged registry.
import type { Evidence, InstallationType, Notice, OperatingSystem, Servicing } from '../model/inventory.ts';
import { registryEvidence } from './evidence.ts';
import type { ImageContent } from './image-content.ts';
import { findKey, numberOf, textOf } from './registry/lookup.ts';
import { endOfSupport, windowsRelease } from './releases.ts';
import { decideRevision, type RevisionDecision } from './revision.ts';
import { type FileWitness, witnessFiles } from './witness-files.ts';

const CURRENT_VERSION = 'Microsoft\\Windows NT\\CurrentVersion';
const PACKAGES = 'Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages';

export interface OperatingSystemReading {
  readonly os: OperatingSystem | undefined;
  readonly notices: readonly Notice[];
}

/** `os` is `undefined` when the registry holds no build number. */
export function readOperatingSystem(content: ImageContent, servicing: Servicing): OperatingSystemReading {
  const key = findKey(content.software, CURRENT_VERSION);
  const buildName = textOf(key, 'CurrentBuildNumber') ? 'CurrentBuildNumber' : 'CurrentBuild';
  const build = Number(textOf(key, buildName));
  if (!key || !Number.isInteger(build) || build <= 0) return { os: undefined, notices: [] };
  const release = windowsRelease(build);
  const files = witnessFiles(content.files);
  const decision = decideRevision({
    build,
    siblings: release?.siblings ?? [],
    registry: numberOf(key, 'UBR'),
    cumulative: servicing.cumulative,
    config: content.configVersion,
    files,
  });
  const type = installationType(textOf(key, 'InstallationType'));
  const evidence = collectEvidence(content, decision, buildName);
  const os: OperatingSystem = {
    name: release?.name ?? `Windows build ${build}`,
    endOfSupport: release && endOfSupport(release, type),
    build,
    revision: decision.revision,
    installationType: type,
    edition: textOf(key, 'EditionID'),
    displayVersion: textOf(key, 'DisplayVersion') ?? textOf(key, 'ReleaseId'),
    architecture: registryArchitecture(content, textOf(key, 'BuildLabEx')) ?? content.configArchitecture,
    servicing,
    basis: decision.decidedBy === 'config' ? 'config' : 'registry',
    evidence,
    introducedIn: evidence[0]?.layer,
  };
  return { os, notices: [...decision.notices, ...crossCheck(os, content, files)] };
}

/** The value that decided the revision comes first. */
function collectEvidence(content: ImageContent, decision: RevisionDecision, buildName: string): Evidence[] {
  const named = (key: string, value: string): Evidence[] => {
    const evidence = registryEvidence(content.software, 'SOFTWARE', key, value, content.layers);
    return evidence ? [evidence] : [];
  };
  const config = configEvidence(content.configVersion);
  return [
    ...(decision.package ? named(`${PACKAGES}\\${decision.package.identity}`, 'CurrentState') : []),
    ...(decision.decidedBy === 'config' ? config : []),
    ...['UBR', buildName, 'InstallationType', 'EditionID'].flatMap((value) => named(CURRENT_VERSION, value)),
    ...(decision.decidedBy === 'config' ? [] : config),
  ];
}

/** `Nano Server`, `Server Core`, `Server`, `Client`; a word not met before is left open, not guessed. */
function installationType(text: string | undefined): InstallationType | undefined {
  const known: readonly InstallationType[] = ['Nano Server', 'Server Core', 'Server', 'Client'];
  return known.find((type) => type.toLowerCase() === text?.toLowerCase());
}

function registryArchitecture({ system }: ImageContent, buildLab: string | undefined): string | undefined {
  const current = String(numberOf(findKey(system, 'Select'), 'Current') ?? 1).padStart(3, '0');
  const environment = findKey(system, `ControlSet${current}\\Control\\Session Manager\\Environment`);
  const stated = textOf(environment, 'PROCESSOR_ARCHITECTURE')?.toLowerCase();
  const built = /\.(amd64|arm64|x86)(?:fre|chk)\./i.exec(buildLab ?? '')?.[1]?.toLowerCase();
  const architecture = stated ?? built;
  return architecture === 'x86' ? '386' : architecture;
}

export function configEvidence(version: string | undefined): Evidence[] {
  return version === undefined ? [] : [{ kind: 'config', value: 'os.version', data: version }];
}

function crossCheck(os: OperatingSystem, content: ImageContent, files: readonly FileWitness[]): Notice[] {
  const notices: Notice[] = [];
  const stated = content.configArchitecture;
  const differing = files.find(({ architecture }) => architecture && architecture !== os.architecture);
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
