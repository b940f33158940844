// `--explain` of a scan: of all that was found, also where filters hide it.

import type { Report } from '../model/report.ts';
import { applyFilters, type Filter, type FilterOptions, parseFilters } from './policy/filters.ts';
import { explainOn } from './report-outputs.ts';

export interface ExplainableOptions extends FilterOptions {
  readonly guidance?: boolean;
}

/** Options with which a scan finds everything that there is to explain. */
export function withoutFilters<T extends ExplainableOptions>(options: T): T {
  const { severity: _, where: __, ignoreUnfixed: ___, ...rest } = options;
  return { ...(rest as T), guidance: true };
}

/** What `withoutFilters` takes away. Throws CommandError BAD_OPTION. */
export function filtersOf(options: ExplainableOptions): readonly Filter[] {
  const guidance: Filter = {
    by: 'default (--guidance lists it)',
    keeps: ({ status }) => status !== 'advisory',
  };
  return [...(options.guidance ? [] : [guidance]), ...parseFilters(options)];
}

/** On standard output, instead of the report. */
export function explainScan(
  report: Report,
  ids: readonly string[],
  filters: readonly Filter[],
): Promise<void> {
  return explainOn(report, ids, (finding) => filters.find((filter) => !filter.keeps(finding))?.by);
}

/** The report that the filters leave: what gates look at. */
export function filtered(report: Report, filters: readonly Filter[]): Report {
  return { ...report, ...applyFilters(report.findings, filters) };
}
