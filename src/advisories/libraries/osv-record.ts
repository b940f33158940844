// Turns one OSV record into what is kept of it: the packages it is about, with their affected versions.
import cvss from 'ae-cvss-calculator';
import type { LibraryAdvisory, VersionEvent, VersionRange } from '../../model/library-advisories.ts';
import { SEVERITIES, type Severity } from '../../model/severity.ts';

export interface PackageAdvisory {
  readonly package: string;
  readonly advisory: LibraryAdvisory;
}

/** The words of GitHub's advisories, which most records have. */
const WORDS: Readonly<Record<string, Severity>> = {
  CRITICAL: 'Critical',
  HIGH: 'High',
  MODERATE: 'Medium',
  MEDIUM: 'Medium',
  LOW: 'Low',
};

/** Ratings of the CVSS specification, each with its lowest score. */
const RATINGS: readonly (readonly [from: number, severity: Severity])[] = [
  [9, 'Critical'],
  [7, 'High'],
  [4, 'Medium'],
  [0.1, 'Low'],
  [0, 'Negligible'],
];

const EVENTS = ['introduced', 'fixed', 'last_affected', 'limit'] as const;

/** Nothing for a record that was withdrawn, or is about another ecosystem (`osvName`, such as `PyPI`). */
export function readOsvRecord(record: unknown, osvName: string): PackageAdvisory[] {
  if (!isObject(record) || typeof record.id !== 'string' || record.withdrawn !== undefined) return [];
  const score = highestScore(record);
  const title = text(record.summary) ?? text(record.details)?.split('\n', 1)[0]?.slice(0, 200) ?? record.id;
  const published = text(record.published)?.slice(0, 10);
  const common = {
    id: record.id,
    aliases: list(record.aliases).filter((alias) => typeof alias === 'string'),
    title,
    ...(published === undefined ? {} : { published }),
    severity: severityOf(record, score?.score),
    ...(score === undefined ? {} : { cvss: score }),
  };
  const byPackage = new Map<string, { ranges: VersionRange[]; versions: string[] }>();
  for (const affected of list(record.affected)) {
    if (!isObject(affected) || !isObject(affected.package)) continue;
    const { ecosystem, name } = affected.package;
    if (ecosystem !== osvName || typeof name !== 'string') continue;
    const known = byPackage.get(name) ?? { ranges: [], versions: [] };
    byPackage.set(name, known);
    known.ranges.push(...list(affected.ranges).flatMap(readRange));
    for (const version of list(affected.versions))
      if (typeof version === 'string') known.versions.push(version);
  }
  return [...byPackage].map(([name, affected]) => ({ package: name, advisory: { ...common, ...affected } }));
}

/** Ranges of commits say nothing of versions. */
function readRange(range: unknown): VersionRange[] {
  if (!isObject(range) || (range.type !== 'SEMVER' && range.type !== 'ECOSYSTEM')) return [];
  const events = list(range.events).flatMap((event): VersionEvent[] => {
    if (!isObject(event)) return [];
    const kind = EVENTS.find((each) => typeof event[each] === 'string');
    return kind === undefined ? [] : [[kind, event[kind] as string]];
  });
  return events.length > 0 ? [events] : [];
}

/** Of several vectors, version 3 first: that is what other tools and Quay show. */
function highestScore(record: JsonObject): { score: number; vector: string } | undefined {
  const vectors = list(record.severity)
    .flatMap((each) => (isObject(each) && typeof each.score === 'string' ? [each.score] : []))
    .sort((a, b) => Number(b.startsWith('CVSS:3')) - Number(a.startsWith('CVSS:3')));
  for (const vector of vectors) {
    const score = baseScore(vector);
    if (score !== undefined) return { score, vector };
  }
  return undefined;
}

function baseScore(vector: string): number | undefined {
  try {
    const scores = cvss.fromVector(vector)?.calculateScores() as { base?: unknown } | undefined;
    return typeof scores?.base === 'number' && scores.base >= 0 && scores.base <= 10
      ? scores.base
      : undefined;
  } catch {
    return undefined;
  }
}

function severityOf(record: JsonObject, score: number | undefined): Severity {
  const specific = record.database_specific;
  const word = isObject(specific) && typeof specific.severity === 'string' ? specific.severity : '';
  const known = WORDS[word.toUpperCase()];
  if (known) return known;
  // A package that was made to do harm is as bad as it gets, and nobody scores it.
  if (String(record.id).startsWith('MAL-')) return 'Critical';
  const rating = score === undefined ? undefined : RATINGS.find(([from]) => score >= from);
  return rating?.[1] ?? SEVERITIES[5];
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
