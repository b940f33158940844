// `clearstory scan`: reads an image, matches it, and prints the report.
import { setFlagsFromString } from 'node:v8';
import { AdvisoriesError } from '../advisories/advisories-error.ts';
import { AdvisoriesStore } from '../advisories/advisories-store.ts';
import { openImage } from '../images/open-image.ts';
import { parsePlatformFilter } from '../images/platform.ts';
import { coalesce } from '../layers/coalesce.ts';
import { FactsCache } from '../layers/facts-cache.ts';
import { readLayers } from '../layers/read-layers.ts';
import { compareFindings, match } from '../matching/match.ts';
import type { Advisories } from '../model/advisories.ts';
import type { Report } from '../model/report.ts';
import { buildReport } from '../reports/build-report.ts';
import { EXIT_NOT_JUDGED, EXIT_OK } from './exit-codes.ts';
import { findLibraries } from './library-findings.ts';
import { ScanProgress } from './progress.ts';
import { parseOutputs, writeOutputs } from './report-outputs.ts';

export interface ScanOptions {
  readonly output: readonly string[];
  readonly platform?: string;
  readonly guidance?: boolean;
  readonly from?: string;
  readonly quiet?: boolean;
  readonly cacheDir: string;
}

export async function scanCommand(target: string, options: ScanOptions): Promise<number> {
  // V8 lets the space for young objects grow to 48 MB. What a scan makes lives very briefly or to the end, so
  // that buys it nothing but memory, a seventh of the peak.
  setFlagsFromString('--semi-space-growth-factor=1');
  const outputs = parseOutputs(options.output);
  const report = await scan(target, options);
  // Files carry the notices inside; whoever reads only them on a terminal sees them here.
  if (!outputs.some((output) => output.format === 'table' && output.file === undefined)) {
    for (const notice of report.notices) process.stderr.write(`warning: ${notice.message}\n`);
  }
  await writeOutputs(report, outputs);
  const judged = report.os !== null && !report.notices.some((notice) => notice.code === 'UNKNOWN_BUILD');
  return judged ? EXIT_OK : EXIT_NOT_JUDGED;
}

async function scan(target: string, options: ScanOptions): Promise<Report> {
  const platform = options.platform === undefined ? undefined : parsePlatformFilter(options.platform);
  const image = await openImage(target, platform ? { platform } : {});
  const progress = options.quiet ? undefined : new ScanProgress();
  try {
    // Fetched before the layers are read, so that a failure comes early; loaded after, so that memory is free.
    const advisoriesStore = new AdvisoriesStore(options.cacheDir);
    await ensureAdvisories(advisoriesStore, options);
    const layers = await readLayers(image, new FactsCache(options.cacheDir), progress);
    const inventory = coalesce(layers, image.config);
    const advisories = await loadAdvisories(advisoriesStore, options);
    const matches = match(inventory, advisories);
    const libraries = await findLibraries(inventory, options.cacheDir);
    const findings = [...matches.findings, ...libraries.findings].sort(compareFindings);
    return buildReport({
      image,
      layers,
      inventory,
      findings: options.guidance ? findings : findings.filter((finding) => finding.status !== 'advisory'),
      notices: [...matches.notices, ...libraries.notices],
      advisories,
      librariesFetchedAt: libraries.fetchedAt,
      now: new Date(),
    });
  } finally {
    progress?.stop();
    await image.close();
  }
}

/** The first scan fetches the advisories by itself. */
async function ensureAdvisories(store: AdvisoriesStore, options: ScanOptions): Promise<void> {
  if (await store.state().catch(warnOfDamage)) return;
  process.stderr.write('there are no advisories yet: running "clearstory update"\n');
  await update(options);
}

async function loadAdvisories(store: AdvisoriesStore, options: ScanOptions): Promise<Advisories> {
  const loaded = await loadCurrent(store).catch(warnOfDamage);
  if (loaded) return loaded;
  await update(options);
  return loadCurrent(store);
}

/** Damaged files of our own are mended by an update; any other failure is the user's to see. */
function warnOfDamage(error: unknown): undefined {
  if (!(error instanceof AdvisoriesError) || error.code !== 'CORRUPT_FILE') throw error;
  process.stderr.write(`warning: ${error.message}\n`);
  return undefined;
}

async function loadCurrent(store: AdvisoriesStore): Promise<Advisories> {
  const state = await store.state();
  if (!state) throw new AdvisoriesError('NONE', 'there are no advisories; run "clearstory update"');
  return store.load(state);
}

async function update({ cacheDir, from, quiet }: ScanOptions): Promise<void> {
  const { runUpdate } = await import('./update-command.ts');
  await runUpdate({ cacheDir, ...(from === undefined ? {} : { from }), ...(quiet ? { quiet } : {}) });
}
