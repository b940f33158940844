// What a fix of .NET Framework asks for: a rollup of its own line, a revision of Windows, or just a KB.
import type { Advisories, VendorFix } from '../../model/advisories.ts';
import { parseWindowsVersion } from '../../model/windows-version.ts';
import { type FrameworkLine, frameworkLine, isOnLine } from '../../windows/framework-lines.ts';
import { revisionOfKb } from '../../windows/release-history.ts';
import type { MonthlyFix } from '../monthly-fixes.ts';
import { frameworkParts } from '../products/fixed-build-shapes.ts';
import { productsOf } from '../products/product-index.ts';

export type FrameworkFix =
  | { readonly by: 'rollup'; readonly revision: number; readonly kb: string | undefined }
  | { readonly by: 'windows'; readonly revision: number; readonly kb: string | undefined }
  | { readonly by: 'kb'; readonly kb: string };

/** In all forms the rollup has four digits, often with zeros before; Windows builds have five. */
const PARTS: Readonly<Record<FrameworkLine, RegExp>> = {
  '4.8.1': /^(?:(?:4\.8\.1|4\.8|10\.0)\.)?0*([1-9]\d{3})(?:\.\d+)?$/,
  '4.8': /^(?:(?:4\.8|10\.0)\.)?0*([1-9]\d{3})(?:\.\d+)?$/,
  '4.7.2': /^(?:(?:4\.7|4\.7\.2|10\.0)\.)?0*([1-9]\d{3})(?:\.\d+)?$/,
};

/** Rule N2: the revision that a FixedBuild names on a line; what it says of other lines and versions is passed over. */
function rollupRevision(line: FrameworkLine, fixedBuild: string | undefined): number | undefined {
  for (const part of frameworkParts(fixedBuild ?? '')) {
    const revision = Number(PARTS[line].exec(part)?.[1]);
    if (isOnLine(line, revision)) return revision;
  }
  return undefined;
}

/** Reads fixes for one line on one build of Windows, with what all other entries say about KBs. */
export class FrameworkFixes {
  /**
   * The rollup of each month: the revision that most entries name for the line, on whatever platform. A number of
   * another line slips in here and there (4005 of 4.7.2 for 4.8), and would clear what it does not fix.
   */
  readonly months: readonly MonthlyFix<number>[];
  readonly #line: FrameworkLine;
  readonly #build: number;
  readonly #revisionOfKb = new Map<string, number>();

  constructor(advisories: Advisories, line: FrameworkLine, build: number) {
    this.#line = line;
    this.#build = build;
    const ofLine = new Set(
      productsOf(advisories)
        .frameworks()
        .filter(({ product }) =>
          product.versions.some((version) => isFour(version) && frameworkLine(version) === line),
        )
        .map(({ id }) => id),
    );
    const counts = new Map<number, Map<number, number>>();
    for (const { fixes, affected, document } of advisories.entries) {
      if (!intersects(affected, ofLine)) continue;
      for (const { fixedBuild, kb, products } of fixes) {
        const revision = rollupRevision(line, fixedBuild);
        if (revision === undefined || (products && !intersects(products, ofLine))) continue;
        const month = counts.get(document) ?? new Map<number, number>();
        counts.set(document, month.set(revision, (month.get(revision) ?? 0) + 1));
        if (kb !== undefined) {
          this.#revisionOfKb.set(kb, Math.min(revision, this.#revisionOfKb.get(kb) ?? revision));
        }
      }
    }
    this.months = [...counts].map(([document, month]) => ({ document, fix: mostFrequent(month) }));
  }

  /** Rules N2 and N3 in turn; `undefined` for a fix that names neither version nor KB. */
  read({ fixedBuild, kb }: VendorFix): FrameworkFix | undefined {
    const stated = rollupRevision(this.#line, fixedBuild);
    if (stated !== undefined) return { by: 'rollup', revision: stated, kb };
    const windows = parseWindowsVersion(fixedBuild ?? '');
    if (windows?.build === this.#build) return { by: 'windows', revision: windows.revision, kb };
    if (kb === undefined) return undefined;
    const historic = revisionOfKb(this.#build, kb);
    if (historic !== undefined) return { by: 'windows', revision: historic, kb };
    const elsewhere = this.#revisionOfKb.get(kb);
    return elsewhere === undefined ? { by: 'kb', kb } : { by: 'rollup', revision: elsewhere, kb };
  }
}

/** Of equally frequent ones the higher, the safer answer. */
function mostFrequent(counts: ReadonlyMap<number, number>): number {
  const [top] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0]);
  return top![0];
}

export function isFour(version: string): boolean {
  return version.startsWith('4.');
}

function intersects(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const element of a) if (b.has(element)) return true;
  return false;
}
