// `clearstory scan`: reads images, matches them, and prints the report, or one summary of many.

import { setFlagsFromString } from 'node:v8';
import { printable } from '../base/printable.ts';
import type { Image } from '../images/image-source.ts';
import { openImages } from '../images/open-image.ts';
import type { OpenOptions } from '../images/open-options.ts';
import type { Report } from '../model/report.ts';
import { isJudged } from '../reports/is-judged.ts';
import { CommandError } from './command-error.ts';
import { type AdvisoriesOptions, CurrentAdvisories } from './current-advisories.ts';
import { CurrentThreats } from './current-threats.ts';
import { EXIT_GATE, EXIT_NOT_JUDGED, EXIT_OK } from './exit-codes.ts';
import { explainScan, filtered, filtersOf, withoutFilters } from './explain-scan.ts';
import { ImageScanner, type ScannerOptions } from './image-scanner.ts';
import { lazyRegistries } from './lazy-registries.ts';
import type { NetworkOptions } from './network-options.ts';
import type { Filter } from './policy/filters.ts';
import { readPolicyFile } from './policy/policy-file.ts';
import { loadScanPolicy, type PolicyOptions, type ScanPolicy, withPolicyFile } from './policy/scan-policy.ts';
import { ScanProgress } from './progress.ts';
import { parseOutputs, type ReportOutput, writeOutputs } from './report-outputs.ts';
import { readSelection, type SelectionOptions } from './selection-options.ts';
import { Sweep } from './sweep.ts';
import { readTargets } from './target-list.ts';

export interface ScanOptions
  extends ScannerOptions,
    AdvisoriesOptions,
    NetworkOptions,
    SelectionOptions,
    PolicyOptions {
  readonly output: readonly string[];
  readonly showSuppressed?: boolean;
  readonly explain: readonly string[];
  readonly parallel: number;
}

/** `isGiven` tells whether a flag or a variable gives an option: then the policy file does not count for it. */
export async function scanCommand(
  args: readonly string[],
  given: ScanOptions,
  isGiven: (name: string) => boolean,
): Promise<number> {
  // V8 lets the space for young objects grow to 48 MB. What a scan makes lives very briefly or to the end, so
  // that buys it nothing but memory, a seventh of the peak.
  setFlagsFromString('--semi-space-growth-factor=1');
  const file = await readPolicyFile(given.config);
  const asked = withPolicyFile(given, file, isGiven);
  const filters = filtersOf(asked);
  const options = asked.explain.length > 0 ? withoutFilters(asked) : asked;
  const policy = await loadScanPolicy(options, file);
  const outputs = parseOutputs(options.output, options.showSuppressed);
  const selection = readSelection(options);
  const registries = lazyRegistries(options, args);
  const open: OpenOptions = { selection, registries: registries.get, environment: process.env };
  try {
    const targets = await readTargets(args, process.stdin);
    const advisories = new CurrentAdvisories(options);
    const threats = new CurrentThreats(options.cacheDir);
    await threats.ensure(policy.needs);
    const scanner = new ImageScanner(options, advisories, threats, policy);
    const [target] = targets;
    if (targets.length === 1 && !args.includes('-')) {
      const images = await openImages(target!, open);
      if (images.length === 1) {
        return options.explain.length > 0
          ? await explainOne(images[0]!, scanner, advisories, policy, filters, options)
          : await scanOne(images[0]!, scanner, advisories, policy, outputs, options);
      }
      await Promise.all(images.map((image) => image.close()));
    }
    if (options.explain.length > 0) {
      throw new CommandError(
        'BAD_OPTION',
        '--explain is for one image; name one, or choose it with --platform',
      );
    }
    // What is wrong with the flags is wrong for all targets, and said once.
    await registries.get();
    await advisories.ensure();
    return await new Sweep({ scanner, policy, open, outputs, ...options }).run(targets);
  } finally {
    await registries.close();
  }
}

async function scanOne(
  image: Image,
  scanner: ImageScanner,
  advisories: CurrentAdvisories,
  policy: ScanPolicy,
  outputs: readonly ReportOutput[],
  options: ScanOptions,
): Promise<number> {
  const report = await reportOn(image, scanner, advisories, options);
  // Files carry the notices inside; whoever reads only them on a terminal sees them here.
  if (!outputs.some(({ format, file }) => format.endsWith('table') && file === undefined)) {
    for (const { message } of report.notices) process.stderr.write(`warning: ${printable(message)}\n`);
  }
  await writeOutputs(report, outputs);
  return exitCode(report, policy);
}

/** The filters that the options had are for the gate alone: what they hide is explained too. */
async function explainOne(
  image: Image,
  scanner: ImageScanner,
  advisories: CurrentAdvisories,
  policy: ScanPolicy,
  filters: readonly Filter[],
  options: ScanOptions,
): Promise<number> {
  const report = await reportOn(image, scanner, advisories, options);
  await explainScan(report, options.explain, filters);
  return exitCode(filtered(report, filters), policy);
}

async function reportOn(
  image: Image,
  scanner: ImageScanner,
  advisories: CurrentAdvisories,
  { quiet }: ScanOptions,
): Promise<Report> {
  const progress = quiet ? undefined : new ScanProgress();
  try {
    await advisories.ensure();
    return await scanner.scan(image, progress);
  } finally {
    progress?.stop();
    await image.close();
  }
}

function exitCode(report: Report, policy: ScanPolicy): number {
  if (policy.isTripped(report)) return EXIT_GATE;
  return isJudged(report) ? EXIT_OK : EXIT_NOT_JUDGED;
}
