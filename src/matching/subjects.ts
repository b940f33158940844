// Takes an inventory apart into what matching decides on its own, stripped of everything that matching does not read.
import { createHash } from 'node:crypto';
import type {
  DotNetFramework,
  Inventory,
  InventoryPackage,
  OperatingSystem,
  ServicingUpdate,
} from '../model/inventory.ts';
import type { MatchSubject } from '../model/match-subject.ts';
import { DOTNET_FRAMEWORK_35_ID, DOTNET_FRAMEWORK_ID } from '../windows/dotnet-framework.ts';
import { OS_PACKAGE_ID } from '../windows/operating-system-package.ts';
import { packageId } from './package-id.ts';

/**
 * Pure. Matching all subjects, with `match` and `matchLibraries`, gives the findings of the whole inventory, without
 * evidence, and once where the same product or library lies in several places. No two subjects are equal. Windows is the
 * first.
 */
export function subjectsOf(inventory: Inventory): MatchSubject[] {
  const { os, dotNetFramework, packages, componentFiles } = inventory;
  const inventories = [
    ...(os ? windowsSubject(os, packages, componentFiles) : []),
    ...(os && dotNetFramework ? frameworkSubject(dotNetFramework, os, packages) : []),
    ...packages.flatMap(packageSubject),
  ];
  const subjects = new Map<string, MatchSubject>();
  for (const each of inventories) {
    const key = keyOf(each);
    if (!subjects.has(key)) subjects.set(key, { key, inventory: each });
  }
  return [...subjects.values()];
}

/**
 * `matchOperatingSystem` reads build, revision and installation type; of its packages id and component; and which files
 * of components there are.
 */
function windowsSubject(
  os: OperatingSystem,
  packages: readonly InventoryPackage[],
  componentFiles: readonly string[] | undefined,
): Inventory[] {
  const own = packages.filter(({ id, match }) => id === OS_PACKAGE_ID || match?.by === 'windows-component');
  if (own.length === 0) return [];
  const subject = only(own.map(stripped), stripSystem(os, []));
  return [componentFiles === undefined ? subject : { ...subject, componentFiles }];
}

/**
 * `matchFramework` reads version, revision and 3.5 of the framework, build, revision and installation type of Windows,
 * and of its updates those that are installed: some fixes name nothing but a KB.
 */
function frameworkSubject(
  { version, has35, revision }: DotNetFramework,
  os: OperatingSystem,
  packages: readonly InventoryPackage[],
): Inventory[] {
  const own = packages.filter(({ id }) => id === DOTNET_FRAMEWORK_ID || id === DOTNET_FRAMEWORK_35_ID);
  if (own.length === 0) return [];
  const updates = os.servicing.updates.filter(({ state }) => state === 'installed').map(stripUpdate);
  const framework = { version, release: undefined, has35, revision, revisionFrom: undefined };
  return [only(own.map(stripped), stripSystem(os, updates), framework)];
}

/** `matchProduct` reads family, line and version; `matchLibraries` the dependency, where no other package services it. */
function packageSubject(each: InventoryPackage): Inventory[] {
  const { match, ownedBy, name, version } = each;
  const isJudged = match?.by === 'product' || (match?.by === 'library' && ownedBy === undefined);
  return isJudged ? [only([{ ...stripped(each), id: packageId(name, version) }])] : [];
}

function only(
  packages: readonly InventoryPackage[],
  os?: OperatingSystem,
  dotNetFramework?: DotNetFramework,
): Inventory {
  return { os, dotNetFramework, packages, notices: [], warnings: [] };
}

/** Name and architecture are for readers of reports, and decide nothing. */
function stripSystem(
  { name, build, revision, installationType, architecture }: OperatingSystem,
  updates: readonly ServicingUpdate[],
): OperatingSystem {
  return {
    name,
    endOfSupport: undefined,
    build,
    revision,
    installationType,
    edition: undefined,
    displayVersion: undefined,
    architecture,
    servicing: {
      cumulative: [],
      servicingStack: [],
      dotNetRollups: [],
      updates,
      features: [],
      pending: false,
    },
    basis: 'registry',
    evidence: [],
    introducedIn: undefined,
  };
}

function stripUpdate({ kb, state, parents }: ServicingUpdate): ServicingUpdate {
  return { kb, state, packages: [], parents };
}

function stripped({ id, name, version, kind, match }: InventoryPackage): InventoryPackage {
  return {
    id,
    name,
    version,
    kind,
    purl: undefined,
    introducedIn: undefined,
    evidence: [],
    ...(match ? { match: ordered(match) } : {}),
  };
}

/** Keys go by JSON, which keeps the order in which an object was made. */
function ordered(match: NonNullable<InventoryPackage['match']>): NonNullable<InventoryPackage['match']> {
  switch (match.by) {
    case 'product':
      return { by: match.by, family: match.family, line: match.line };
    case 'windows-component':
      return { by: match.by, component: match.component };
    case 'library': {
      const { ecosystem, name, version } = match.dependency;
      return { by: match.by, dependency: { ecosystem, name, version } };
    }
  }
}

function keyOf(inventory: Inventory): string {
  return createHash('sha256').update(JSON.stringify(inventory)).digest('hex').slice(0, 16);
}
