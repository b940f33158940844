// Inventory × advisories → findings.
import type { Advisories } from '../model/advisories.ts';
import type { Finding } from '../model/finding.ts';
import type { Inventory, InventoryPackage, Notice } from '../model/inventory.ts';
import { compareSeverity } from '../model/severity.ts';
import { isAttacked } from '../model/threats.ts';
import { OS_PACKAGE_ID } from '../windows/operating-system-package.ts';
import { type WindowsRelease, windowsRelease } from '../windows/releases.ts';
import { matchFramework } from './framework/match-framework.ts';
import { matchOperatingSystem } from './match-operating-system.ts';
import { matchProduct } from './products/match-product.ts';

export interface Matches {
  /** In the order of `compareFindings`. */
  readonly findings: readonly Finding[];
  readonly notices: readonly Notice[];
}

/**
 * Pure: the same inventory and advisories give the same findings. `ids`: only findings of these are asked for, which is
 * as much faster as they are fewer; `undefined`: all.
 */
export function match(inventory: Inventory, advisories: Advisories, ids?: ReadonlySet<string>): Matches {
  const { os, packages } = inventory;
  const release = os && windowsRelease(os.build);
  const findings = [
    ...packages.flatMap((subject) => matchByVersion(subject, advisories)),
    ...(release ? matchWindows(inventory, release, advisories, ids) : []),
  ];
  const wanted = ids ? findings.filter(({ id }) => ids.has(id)) : findings;
  const notices = os && !release ? [unknownBuildNotice(os.build)] : [];
  return { findings: wanted.sort(compareFindings), notices };
}

/** The system and all that is updated with it. */
function matchWindows(
  inventory: Inventory,
  release: WindowsRelease,
  advisories: Advisories,
  ids: ReadonlySet<string> | undefined,
): Finding[] {
  const { os, dotNetFramework, packages, componentFiles } = inventory;
  if (!os) return [];
  const files = componentFiles && new Set(componentFiles);
  return [
    ...packages
      .filter(({ id, match: by }) => id === OS_PACKAGE_ID || by?.by === 'windows-component')
      .flatMap((subject) => matchOperatingSystem(os, subject, release, advisories, files, ids)),
    ...(dotNetFramework ? matchFramework(dotNetFramework, os, packages, release, advisories) : []),
  ];
}

function matchByVersion(subject: InventoryPackage, advisories: Advisories): Finding[] {
  return subject.match?.by === 'product'
    ? matchProduct(subject, subject.match.family, subject.match.line, advisories)
    : [];
}

export function unknownBuildNotice(build: number): Notice {
  return {
    code: 'UNKNOWN_BUILD',
    message:
      `build ${build} is not a Windows release this version of clearstory knows, so Windows itself could not be ` +
      'matched: this is not "clean"; look for a newer version of clearstory',
    uncertain: true,
  };
}

/** The order in which findings are looked at: those under attack first, then by severity, score, EPSS and date. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    Number(isAttacked(b)) - Number(isAttacked(a)) ||
    compareSeverity(a.severity, b.severity) ||
    (b.cvss?.score ?? 0) - (a.cvss?.score ?? 0) ||
    (b.epss?.probability ?? 0) - (a.epss?.probability ?? 0) ||
    compareText(b.published ?? '', a.published ?? '') ||
    compareText(a.id, b.id)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
