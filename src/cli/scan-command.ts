// `clearstory scan`: reads an image, matches it, and prints the report.
import { AdvisoriesError } from '../advisories/advisories-error.ts';
import { AdvisoriesStore } from '../advisories/advisories-store.ts';
import { openImage } from '../images/open-image.ts';
import { parsePlatformFilter } from '../images/platform.ts';
import { coalesce } from '../layers/coalesce.ts';
import { FactsCache } from '../layers/facts-cache.ts';
import { readLayers } from '../layers/read-layers.ts';
import { match } from '../matching/match.ts';
import type { Advisories } from '../model/advisories.ts';
import type { Report } from '../model/report.ts';
import { buildReport } from '../reports/build-report.ts';
import { EXIT_NOT_JUDGED, EXIT_OK } from './exit-codes.ts';
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
    const advisories = await currentAdvisories(options);
    const layers = await readLayers(image, new FactsCache(options.cacheDir), progress);
    const inventory = coalesce(layers, image.config);
    const { findings, notices } = match(inventory, advisories);
    const shown = options.guidance ? findings : findings.filter((finding) => finding.status !== 'advisory');
    return buildReport({ image, layers, inventory, findings: shown, notices, advisories, now: new Date() });
  } finally {
    progress?.stop();
    await image.close();
  }
}

/** The first scan fetches the advisories by itself. */
async function currentAdvisories(options: ScanOptions): Promise<Advisories> {
  const store = new AdvisoriesStore(options.cacheDir);
  const known = await load(store);
  if (known) return known;
  process.stderr.write('there are no advisories yet: running "clearstory update"\n');
  const { runUpdate } = await import('./update-command.ts');
  const { cacheDir, from, quiet } = options;
  await runUpdate({ cacheDir, ...(from === undefined ? {} : { from }), ...(quiet ? { quiet } : {}) });
  const fetched = await load(store);
  if (!fetched) throw new AdvisoriesError('NONE', 'there are no advisories; run "clearstory update"');
  return fetched;
}

/** `undefined` when there are none or they are damaged: both are mended by an update. */
async function load(store: AdvisoriesStore): Promise<Advisories | undefined> {
  try {
    const state = await store.state();
    return state && (await store.load(state));
  } catch (error) {
    if (error instanceof AdvisoriesError && error.code === 'CORRUPT_FILE') {
      process.stderr.write(`warning: ${error.message}\n`);
      return undefined;
    }
    throw error;
  }
}
