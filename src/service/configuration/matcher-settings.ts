// The `matcher`, `matchers` and `updaters` sections: how advisories are fetched and how long reports hold.
import type { Section } from './section.ts';

export interface MatcherSettings {
  /** Between two updates of the advisories, in milliseconds. Default 6 h. */
  readonly periodMs: number;
  /** Versions of the advisories that are kept; `Infinity`: all. Default 10. */
  readonly updateRetention: number;
  /** `max-age` of reports, in whole seconds. Default: the period. */
  readonly cacheAgeSeconds: number;
  /** Advisories are not fetched, only what others import is used. */
  readonly disableUpdaters: boolean;
  /** `updaters.sets`: names of what is fetched, `msrc` and `osv` among them; `undefined`: all. */
  readonly updaterSets: readonly string[] | undefined;
  /** Reports go without CVSS scores. */
  readonly disableEnrichment: boolean;
}

const DEFAULT_PERIOD_MS = 6 * 60 * 60 * 1000;
const DEFAULT_RETENTION = 10;

export function readMatcher(root: Section): MatcherSettings {
  const section = root.section('matcher');
  const updaterSets = root.section('updaters').texts('sets');
  readUnused(root, section);
  const periodMs = section.duration('period') || DEFAULT_PERIOD_MS;
  const retention = section.whole('update_retention') ?? 0;
  return {
    periodMs,
    // One version cannot be compared with anything, so 0 and 1 mean the default, as in Clair.
    updateRetention: retention < 0 ? Infinity : retention > 1 ? retention : DEFAULT_RETENTION,
    cacheAgeSeconds: Math.floor((section.duration('cache_age') || periodMs) / 1000),
    disableUpdaters: section.boolean('disable_updaters') === true,
    updaterSets,
    disableEnrichment: section.boolean('disable_enrichment') === true,
  };
}

/** Clair's names of ecosystems say nothing about Windows; they are read so that one file serves both. */
function readUnused(root: Section, section: Section): void {
  section.url('indexer_addr');
  if (section.whole('max_conn_pool') !== undefined)
    section.warn('max_conn_pool', 'has no effect, as in Clair');
  if (section.texts('updater_sets') !== undefined) {
    section.warn('updater_sets', 'has no effect; Clair reads updaters.sets');
  }
  const matchers = root.section('matchers');
  matchers.texts('names');
  matchers.object('config');
  const updaters = root.section('updaters');
  updaters.text('filter');
  updaters.object('config');
}
