// Brings together the findings of two reports that are about the same vulnerability of the same package.
import type { Finding } from '../../model/finding.ts';
import type { Report, ReportPackage } from '../../model/report.ts';
import type { DifferingFinding } from './difference.ts';

/** One vulnerability of one package, in one report or in both. */
export interface FindingPair {
  before: DifferingFinding | undefined;
  after: DifferingFinding | undefined;
}

/**
 * A vulnerability of a package is the same whatever the versions, and whichever of its names a report calls it by.
 * In the order of the reports, what a policy sets aside last.
 */
export function pairFindings(before: Report, after: Report): readonly FindingPair[] {
  const pairs = new Pairs();
  for (const each of located(before)) pairs.add('before', each);
  for (const each of located(after)) pairs.add('after', each);
  return pairs.all();
}

/** A move from one Windows to another is one package that changes, not one that goes and one that comes. */
export function packageName({ name, kind }: Pick<ReportPackage, 'name' | 'kind'>): string {
  return kind === 'os' ? 'Windows' : name;
}

class Pairs {
  readonly #pairs = new Set<FindingPair>();
  readonly #byName = new Map<string, FindingPair>();

  add(side: 'before' | 'after', each: DifferingFinding): void {
    const names = [each.finding.id, ...(each.finding.aliases ?? [])].map((name) =>
      `${each.package}\n${name}`.toLowerCase(),
    );
    const [pair = { before: undefined, after: undefined }, ...others] = new Set(
      names.flatMap((name) => this.#byName.get(name) ?? []),
    );
    for (const other of others) this.#merge(pair, other);
    // The first one counts: it is not set aside, or all of them are.
    pair[side] ??= each;
    this.#pairs.add(pair);
    for (const name of names) this.#byName.set(name, pair);
  }

  all(): readonly FindingPair[] {
    return [...this.#pairs];
  }

  /** Two that looked different are one: a third has the names of both. */
  #merge(pair: FindingPair, other: FindingPair): void {
    pair.before = firstThatCounts(pair.before, other.before);
    pair.after = firstThatCounts(pair.after, other.after);
    this.#pairs.delete(other);
    for (const [name, named] of this.#byName) if (named === other) this.#byName.set(name, pair);
  }
}

function firstThatCounts(
  one: DifferingFinding | undefined,
  other: DifferingFinding | undefined,
): DifferingFinding | undefined {
  return one?.suppressedBy === null ? one : other?.suppressedBy === null ? other : (one ?? other);
}

function located({ findings, suppressed, packages, image }: Report): DifferingFinding[] {
  const byId = new Map(packages.map((each) => [each.id, each]));
  const place = (finding: Finding, suppressedBy: string | null): DifferingFinding => {
    const each = byId.get(finding.package);
    const layer = image.layers.findIndex(({ digest }) => digest === each?.introducedIn);
    return {
      finding,
      package: each ? packageName(each) : finding.package,
      layer: layer < 0 ? null : layer + 1,
      suppressedBy,
    };
  };
  return [
    ...findings.map((finding) => place(finding, null)),
    ...suppressed.map(({ finding, by }) => place(finding, by)),
  ];
}
