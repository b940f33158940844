// Decides the revision of Windows from everything that bears witness to it.
import type { Notice, ServicingPackage } from '../model/inventory.ts';
import { formatWindowsVersion, parseWindowsVersion } from '../model/windows-version.ts';
import type { FileWitness } from './witness-files.ts';

export interface RevisionWitnesses {
  readonly build: number;
  /** Builds of the same servicing branch: packages and files may carry their numbers. */
  readonly siblings: readonly number[];
  /** UBR of the merged registry. */
  readonly registry: number | undefined;
  /** Newest first. */
  readonly cumulative: readonly ServicingPackage[];
  readonly config: string | undefined;
  readonly files: readonly FileWitness[];
}

export interface RevisionDecision {
  readonly revision: number;
  readonly decidedBy: 'registry' | 'package' | 'config' | 'nobody';
  /** The package that decided. */
  readonly package: ServicingPackage | undefined;
  readonly notices: readonly Notice[];
}

/**
 * The registry decides. Whoever disagrees is named with both values, and the result is uncertain: an installed
 * cumulative package of another revision (then the lower one counts: not every file may have been replaced),
 * files newer than the registry, another `os.version`. Files older than the registry are the rule.
 */
export function decideRevision(witnesses: RevisionWitnesses): RevisionDecision {
  const rollup = installedRollup(witnesses);
  const config = parseWindowsVersion(witnesses.config ?? '');
  const chosen = choose(witnesses, rollup, config?.build === witnesses.build ? config.revision : undefined);
  const own = formatWindowsVersion({ build: witnesses.build, revision: chosen.revision });
  const notices: Notice[] = [];
  const conflict = (what: string): void => {
    notices.push({ code: 'REVISION_CONFLICT', message: `${what}; findings are for ${own}`, uncertain: true });
  };

  if (chosen.decidedBy === 'nobody') {
    conflict('the registry names no revision (UBR), nor does anything else, so it is taken as 0');
  } else if (witnesses.registry === undefined) {
    conflict(
      `the registry names no revision (UBR); ${rollup?.package.identity ?? 'os.version of the image config'} does`,
    );
  } else if (rollup && rollup.revision !== witnesses.registry) {
    const stated = formatWindowsVersion({ build: witnesses.build, revision: witnesses.registry });
    conflict(
      `the registry says ${stated}, its newest installed cumulative package is ${rollup.package.identity}`,
    );
  }
  if (config && formatWindowsVersion(config) !== own) {
    conflict(`the image config says ${formatWindowsVersion(config)} (os.version), the registry ${own}`);
  }
  const newest = newestFile(witnesses);
  if (newest && newest.version.revision > chosen.revision) {
    conflict(`${newest.evidence.path} has version ${newest.evidence.data}, newer than ${own}`);
  }
  return { ...chosen, notices };
}

interface Rollup {
  readonly package: ServicingPackage;
  readonly revision: number;
}

function choose(
  { registry }: RevisionWitnesses,
  rollup: Rollup | undefined,
  config: number | undefined,
): Omit<RevisionDecision, 'notices'> {
  if (rollup && rollup.revision < (registry ?? Number.POSITIVE_INFINITY)) {
    return { revision: rollup.revision, decidedBy: 'package', package: rollup.package };
  }
  if (registry !== undefined) return { revision: registry, decidedBy: 'registry', package: undefined };
  return config === undefined
    ? { revision: 0, decidedBy: 'nobody', package: undefined }
    : { revision: config, decidedBy: 'config', package: undefined };
}

function installedRollup({ build, siblings, cumulative }: RevisionWitnesses): Rollup | undefined {
  for (const candidate of cumulative) {
    const [itsBuild, revision] = candidate.version.split('.').map(Number);
    const isOurs = itsBuild === build || siblings.includes(itsBuild ?? 0);
    if (candidate.state === 'installed' && isOurs && Number.isInteger(revision)) {
      return { package: candidate, revision: revision! };
    }
  }
  return undefined;
}

function newestFile({ build, siblings, files }: RevisionWitnesses): FileWitness | undefined {
  return files
    .filter(({ version }) => version.build === build || siblings.includes(version.build))
    .sort((a, b) => b.version.revision - a.version.revision)[0];
}
