// `clearstory diff`: what differs between two images, or two saved reports.
import { stat } from 'node:fs/promises';
import { printable } from '../base/printable.ts';
import { openImages } from '../images/open-image.ts';
import type { OpenOptions } from '../images/open-options.ts';
import type { Report } from '../model/report.ts';
import { compareReports } from '../reports/diff/compare-reports.ts';
import { DIFFERENCE_SCHEMA_VERSION, type ReportDifference } from '../reports/diff/difference.ts';
import { paintTable } from '../reports/terminal-colors.ts';
import { CommandError } from './command-error.ts';
import { type AdvisoriesOptions, CurrentAdvisories } from './current-advisories.ts';
import { CurrentThreats } from './current-threats.ts';
import { EXIT_NOT_JUDGED, EXIT_OK } from './exit-codes.ts';
import { ImageScanner, type ScannerOptions } from './image-scanner.ts';
import { lazyRegistries } from './lazy-registries.ts';
import type { NetworkOptions } from './network-options.ts';
import { ScanPolicy } from './policy/scan-policy.ts';
import { readSavedReport } from './saved-report.ts';
import { readSelection, type SelectionOptions } from './selection-options.ts';
import { showsColors, terminalWidth } from './terminal.ts';

export interface DiffOptions extends ScannerOptions, AdvisoriesOptions, NetworkOptions, SelectionOptions {
  readonly output: string;
}

const FORMATS: Readonly<Record<string, (difference: ReportDifference) => Promise<string>>> = {
  table: async (difference) => {
    const { renderDifference } = await import('../reports/diff/diff-table.ts');
    const text = renderDifference(difference, terminalWidth());
    return showsColors() ? paintTable(text) : text;
  },
  json: async (difference) =>
    `${JSON.stringify({ schemaVersion: DIFFERENCE_SCHEMA_VERSION, ...difference }, undefined, 2)}\n`,
  markdown: async (difference) =>
    (await import('../reports/diff/diff-markdown.ts')).renderDifferenceMarkdown(difference),
};

/** Images are compared by all that is in them: rules, VEX and filters would hide on one side what a saved report shows. */
const NO_POLICY = new ScanPolicy({ rules: [], statements: [] }, [], []);

/** The words of `-o`. */
export const DIFF_FORMATS: readonly string[] = Object.keys(FORMATS);

export async function diffCommand(before: string, after: string, options: DiffOptions): Promise<number> {
  const render = FORMATS[options.output];
  if (!render) {
    const known = Object.keys(FORMATS).join(', ');
    throw new CommandError('BAD_OUTPUT', `-o ${options.output}: there is no such format; known are ${known}`);
  }
  const registries = lazyRegistries(options, [before, after]);
  const open: OpenOptions = {
    selection: readSelection(options),
    registries: registries.get,
    environment: process.env,
  };
  try {
    const advisories = new CurrentAdvisories(options);
    const scanner = new ImageScanner(options, advisories, new CurrentThreats(options.cacheDir), NO_POLICY);
    const reports: Report[] = [];
    for (const target of [before, after]) {
      reports.push(
        (await isFile(target))
          ? await readSavedReport(target)
          : await scan(target, scanner, advisories, open),
      );
    }
    const difference = compareReports(reports[0]!, reports[1]!);
    // Other formats carry the warnings inside, where a pipeline that takes numbers out of them does not look.
    if (options.output !== 'table') {
      for (const { message } of difference.warnings) process.stderr.write(`warning: ${printable(message)}\n`);
    }
    process.stdout.write(await render(difference));
    return difference.before.judged && difference.after.judged ? EXIT_OK : EXIT_NOT_JUDGED;
  } finally {
    await registries.close();
  }
}

async function scan(
  target: string,
  scanner: ImageScanner,
  advisories: CurrentAdvisories,
  open: OpenOptions,
): Promise<Report> {
  await advisories.ensure();
  const images = await openImages(target, open);
  try {
    const [image] = images;
    if (!image || images.length > 1) {
      throw new CommandError(
        'BAD_OPTION',
        `${target} has ${images.length} Windows images; choose one with --platform or --os-version`,
      );
    }
    return await scanner.scan(image);
  } finally {
    for (const image of images) await image.close();
  }
}

/** A saved report: names of images that are files too are rare, and `./` tells them apart. */
async function isFile(target: string): Promise<boolean> {
  const isThere = await stat(target).then(
    (entry) => entry.isFile(),
    () => false,
  );
  // No image has such a name, and a registry would be asked for it.
  if (!isThere && target.endsWith('.json')) {
    throw new CommandError('BAD_INPUT', `${target}: there is no such file`);
  }
  return isThere;
}
