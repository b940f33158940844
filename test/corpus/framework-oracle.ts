// The rules N1 to N5 of docs/matching.md for .NET Framework, as a plain loop over the raw documents: independent of the product's code.
import { fixesFor, type HistoryRow, monthOf, type RawDocuments, type RawFix } from './raw-documents.ts';

/** Rollup revisions of these never mix. */
export type Line = '4.7.2' | '4.8' | '4.8.1';

const RANGE: Readonly<Record<Line, readonly [from: number, to: number]>> = {
  '4.7.2': [3000, 4599],
  '4.8': [3000, 8999],
  '4.8.1': [9000, 9999],
};

/** The product that is asked about. */
export interface Framework {
  build: number;
  /** MSRC's ID of the operating system. */
  platform: string;
  /** `undefined`: 3.5 only. */
  version: string | undefined;
  has35: boolean;
}

/** How far the image has been updated. */
export interface Level {
  osRevision: number;
  /** Of the newest rollup; `undefined`: cannot be told. */
  revision: number | undefined;
  /** Digits of the updates installed and of their parents. */
  kbs: readonly string[];
}

/** One product of one entry: a version of .NET Framework on one Windows. */
export interface Listing {
  id: string;
  product: string;
  month: number;
  platform: string;
  /** `['3.5', '4.8']`, from the name. */
  versions: string[];
  fixes: RawFix[];
}

export function lineOf(version: string): Line {
  return version === '4.8' || version === '4.8.1' ? version : '4.7.2';
}

export function frameworkListings({ entries, names }: RawDocuments): Listing[] {
  return entries.flatMap((entry) =>
    entry.affected.flatMap((product) => {
      const [, component] = /^Microsoft \.NET Framework (.*?) on /.exec(names.get(product) ?? '') ?? [];
      const platform = product.split('-')[1];
      if (component === undefined || platform === undefined) return [];
      return {
        id: entry.id,
        product,
        month: monthOf(entry.document),
        platform,
        versions: component.match(/\d+(\.\d+)+/g) ?? [],
        fixes: fixesFor(entry, product),
      };
    }),
  );
}

/** What fixes a listing: any of these. */
export interface FrameworkDecision {
  id: string;
  product: string;
  hasFix: boolean;
  revisions: number[];
  osRevisions: number[];
  kbs: string[];
}

/** N1. */
function applies({ versions, platform }: Listing, framework: Framework): boolean {
  if (platform !== framework.platform) return false;
  const names4 = versions.some((version) => version.startsWith('4.'));
  if (framework.version !== undefined && names4) {
    return versions.includes(framework.version) || isOlderInBox(versions, framework.version);
  }
  return framework.has35 && versions.includes('3.5');
}

/** Server 2016 lists its 4.6.2 under 4.7.2 alone since 2023: where Windows brings the fix, it brings it to both. */
function isOlderInBox(versions: readonly string[], installed: string): boolean {
  return lineOf(installed) === '4.7.2' && !versions.includes(installed) && versions.includes('4.7.2');
}

/** N2, first half: the revisions that a FixedBuild states for a line. */
function revisionsIn(fixedBuild: string, line: Line): number[] {
  const prefixes = { '4.7.2': '4\\.7(?:\\.2)?', '4.8': '4\\.8', '4.8.1': '4\\.8(?:\\.1)?' };
  const shapes = [
    new RegExp(`^(?:${prefixes[line]}|10\\.0)\\.0?(\\d{4})(?:\\.\\d+)?$`),
    /^0?(\d{4})\.\d\d$/, // the rollup's revision and nothing before it, in 2022-Dec
  ];
  const [from, to] = RANGE[line];
  return fixedBuild
    .split(/&|;| and /)
    .flatMap((token) => shapes.map((shape) => Number(shape.exec(token.trim())?.[1])))
    .filter((revision) => revision >= from && revision <= to);
}

/** Every revision that any entry gives for the line, on whatever Windows. */
export function revisionsOf(listings: readonly Listing[], line: Line): number[] {
  return listings
    .filter(({ versions }) => names(versions, line))
    .flatMap(({ fixes }) => fixes.flatMap((fix) => revisionsIn(fix.fixedBuild, line)));
}

export function decideFramework(
  listings: readonly Listing[],
  history: readonly HistoryRow[],
  framework: Framework,
): FrameworkDecision[] {
  const { build, version } = framework;
  const line = version === undefined ? undefined : lineOf(version);
  const revisionsAmong = (some: readonly Listing[]): number[] => (line ? revisionsOf(some, line) : []);

  return listings
    .filter((listing) => applies(listing, framework))
    .map(({ id, product, month, fixes, versions }) => {
      const decision: FrameworkDecision = {
        id,
        product,
        hasFix: fixes.length > 0,
        revisions: [],
        osRevisions: [],
        kbs: [],
      };
      for (const fix of fixes) {
        const stated = line ? revisionsIn(fix.fixedBuild, line) : [];
        const [, itsBuild, osRevision] = /^10\.0\.(\d{5})\.(\d+)$/.exec(fix.fixedBuild) ?? [];
        const historic = history
          .filter((row) => row.build === build && row.kb === fix.kb)
          .map((row) => row.revision);
        if (stated.length > 0)
          decision.revisions.push(Math.min(...stated)); // N2
        else if (Number(itsBuild) === build)
          decision.osRevisions.push(Number(osRevision)); // N3
        else if (historic.length > 0)
          decision.osRevisions.push(Math.min(...historic)); // N3
        else decision.revisions.push(...revisionsAmong(withKb(listings, fix.kb))); // N2, second half
      }
      if (version !== undefined && isOlderInBox(versions, version)) {
        decision.revisions = [];
        return decision.osRevisions.length > 0 ? decision : undefined;
      }
      if (decision.revisions.length + decision.osRevisions.length === 0) {
        decision.kbs = fixes.map((fix) => fix.kb); // N4
        decision.revisions = line ? rollupsSince(listings, month, line) : [];
      }
      return decision;
    })
    .filter((decision) => decision !== undefined);
}

/** Of that month and each later one, the revision that most listings name: now and then one is of another line. */
function rollupsSince(listings: readonly Listing[], month: number, line: Line): number[] {
  const months = [...new Set(listings.map((each) => each.month))].filter((each) => each >= month);
  return months.flatMap((each) => {
    const named = revisionsOf(
      listings.filter((listing) => listing.month === each),
      line,
    );
    const often = (revision: number): number => named.filter((other) => other === revision).length;
    return named.sort((a, b) => often(b) - often(a) || b - a).slice(0, 1);
  });
}

/** Which IDs a level has, by whether a fix is published. */
export function frameworkVulnerabilities(
  decisions: readonly FrameworkDecision[],
  level: Level,
): { fixed: string[]; unfixed: string[] } {
  const isFixed = ({ revisions, osRevisions, kbs }: FrameworkDecision): boolean =>
    revisions.some((revision) => level.revision !== undefined && level.revision >= revision) ||
    osRevisions.some((revision) => level.osRevision >= revision) ||
    kbs.some((kb) => level.kbs.includes(kb));

  const fixed = decisions.filter((each) => each.hasFix && !isFixed(each)).map(({ id }) => id);
  const unfixed = decisions.filter((each) => !each.hasFix).map(({ id }) => id);
  return { fixed: [...new Set(fixed)].sort(), unfixed: [...new Set(unfixed)].sort() };
}

function names(versions: readonly string[], line: Line): boolean {
  return versions.some((version) => version.startsWith('4.') && lineOf(version) === line);
}

/** The listings with that KB, and of each only the fixes with it. */
function withKb(listings: readonly Listing[], kb: string): Listing[] {
  return listings.map((listing) => ({ ...listing, fixes: listing.fixes.filter((fix) => fix.kb === kb) }));
}
