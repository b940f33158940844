// Inventory × advisories → findings.
import type { Advisories } from '../model/advisories.ts';
import type { Finding } from '../model/finding.ts';
import type { Inventory, Notice } from '../model/inventory.ts';
import { compareSeverity } from '../model/severity.ts';
import { OS_PACKAGE_ID } from '../windows/operating-system-package.ts';
import { windowsRelease } from '../windows/releases.ts';
import { matchOperatingSystem } from './match-operating-system.ts';

export interface Matches {
  /** Exploited first, then by severity, score and date. */
  readonly findings: readonly Finding[];
  readonly notices: readonly Notice[];
}

/** Pure: the same inventory and advisories give the same findings. */
export function match(inventory: Inventory, advisories: Advisories): Matches {
  const { os } = inventory;
  const osPackage = inventory.packages.find((candidate) => candidate.id === OS_PACKAGE_ID);
  if (!os || !osPackage) return { findings: [], notices: [] };
  const release = windowsRelease(os.build);
  if (!release) {
    return {
      findings: [],
      notices: [
        {
          code: 'UNKNOWN_BUILD',
          message:
            `build ${os.build} is not a Windows release this version of clearstory knows, so nothing could be ` +
            'matched: this is not "clean"; look for a newer version of clearstory',
          uncertain: true,
        },
      ],
    };
  }
  const findings = matchOperatingSystem(os, osPackage, release, advisories);
  return { findings: findings.sort(compareFindings), notices: [] };
}

function compareFindings(a: Finding, b: Finding): number {
  return (
    Number(b.exploited) - Number(a.exploited) ||
    compareSeverity(a.severity, b.severity) ||
    (b.cvss?.score ?? 0) - (a.cvss?.score ?? 0) ||
    compareText(b.published ?? '', a.published ?? '') ||
    compareText(a.id, b.id)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
