// What a scan does not show although it is found: by severity, by where it runs, without a fix. It is counted.
import type { Finding } from '../../model/finding.ts';
import type { HiddenFindings } from '../../model/report.ts';
import { SEVERITIES } from '../../model/severity.ts';
import { WHERE_CLASSES } from '../../model/where.ts';
import { CommandError } from '../command-error.ts';

export interface FilterOptions {
  readonly severity?: string;
  readonly where?: string;
  readonly ignoreUnfixed?: boolean;
}

export interface Filter {
  /** As on the command line. */
  readonly by: string;
  keeps(finding: Finding): boolean;
}

/** Throws CommandError BAD_OPTION. */
export function parseFilters({ severity, where, ignoreUnfixed }: FilterOptions): readonly Filter[] {
  const filters: Filter[] = [];
  if (severity !== undefined) {
    const wanted = parseWords('--severity', severity, SEVERITIES);
    filters.push({
      by: named('--severity', wanted, SEVERITIES),
      keeps: (finding) => wanted.has(finding.severity),
    });
  }
  if (where !== undefined) {
    const wanted = parseWords('--where', where, WHERE_CLASSES);
    // What is no part of Windows is in the image.
    filters.push({
      by: named('--where', wanted, WHERE_CLASSES),
      keeps: (finding) => wanted.has(finding.where?.class ?? 'image'),
    });
  }
  if (ignoreUnfixed) {
    filters.push({
      by: '--ignore-unfixed',
      keeps: ({ fixedIn, status }) => fixedIn.version !== null || status === 'affected',
    });
  }
  return filters;
}

/** The same words are the same filter, in whatever order they were given. */
function named<T extends string>(option: string, wanted: ReadonlySet<T>, known: readonly T[]): string {
  const words = known.filter((word) => wanted.has(word)).map((word) => word.toLowerCase());
  return `${option} ${words.join(',')}`;
}

/** Each finding is counted under the first filter that hides it. */
export function applyFilters(
  findings: readonly Finding[],
  filters: readonly Filter[],
): { readonly findings: readonly Finding[]; readonly hidden: readonly HiddenFindings[] } {
  let kept = findings;
  const hidden: HiddenFindings[] = [];
  for (const { by, keeps } of filters) {
    const next = kept.filter(keeps);
    if (next.length < kept.length) hidden.push({ by, count: kept.length - next.length });
    kept = next;
  }
  return { findings: kept, hidden };
}

function parseWords<T extends string>(option: string, text: string, known: readonly T[]): ReadonlySet<T> {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const found = words.map((word) => {
    const match = known.find((each) => each.toLowerCase() === word.toLowerCase());
    if (match !== undefined) return match;
    throw new CommandError(
      'BAD_OPTION',
      `${option} ${word}: known are ${known.map((each) => each.toLowerCase()).join(', ')}`,
    );
  });
  if (found.length === 0) throw new CommandError('BAD_OPTION', `${option} names nothing`);
  return new Set(found);
}
