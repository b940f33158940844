// Where the report goes: formats and files of `-o`, written completely or not at all.

import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomically } from '../base/atomic-file.ts';
import { ClearstoryError } from '../base/error.ts';
import { fileReason } from '../base/file-reason.ts';
import type { Report } from '../model/report.ts';
import { paintBlocks, paintTable } from '../reports/terminal-colors.ts';
import { CommandError } from './command-error.ts';
import { showsColors, terminalWidth, UNLIMITED_WIDTH } from './terminal.ts';

/** A format makes a whole document of a report; `width` counts for those that people read on a terminal. */
type Renderer = (report: Report, width: number) => string;

/** Loaded when asked for. A new one is one file and one line. */
const FORMATS: Readonly<Record<string, () => Promise<Renderer>>> = {
  table: async () => (await import('../reports/table.ts')).renderTable,
  // What -o table becomes with --show-suppressed.
  'suppressed-table': async () => (await import('../reports/suppressed-table.ts')).renderWithSuppressed,
  packages: async () => (await import('../reports/packages-table.ts')).renderPackages,
  json: async () => (await import('../reports/json.ts')).renderJson,
  sarif: async () => (await import('../reports/formats/sarif.ts')).renderSarif,
  cyclonedx: async () => (await import('../reports/formats/cyclonedx.ts')).renderCycloneDx,
  spdx: async () => (await import('../reports/formats/spdx.ts')).renderSpdx,
  openvex: async () => (await import('../reports/formats/openvex.ts')).renderOpenVex,
  gitlab: async () => (await import('../reports/formats/gitlab.ts')).renderGitlab,
  junit: async () => (await import('../reports/formats/junit.ts')).renderJunit,
  html: async () => (await import('../reports/html/html-report.ts')).renderHtml,
  clair: async () => (await import('../reports/formats/clair.ts')).renderClair,
  markdown: async () => (await import('../reports/formats/markdown.ts')).renderMarkdown,
};

/** Those that people read, in colours where there are some. */
const TABLES: ReadonlySet<string> = new Set(['table', 'suppressed-table', 'packages']);

const FORMAT_NAMES: readonly string[] = Object.keys(FORMATS).filter((name) => name !== 'suppressed-table');

export interface ReportOutput {
  readonly format: string;
  /** `undefined`: standard output. */
  readonly file: string | undefined;
}

/** Reads the values of `-o`. Without any, a table on standard output. Throws CommandError BAD_OUTPUT. */
export function parseOutputs(values: readonly string[], showSuppressed = false): ReportOutput[] {
  const outputs = (values.length > 0 ? values : ['table']).map((value) => {
    const [format = '', ...file] = value.split('=');
    if (!FORMAT_NAMES.includes(format)) {
      const known = FORMAT_NAMES.join(', ');
      throw new CommandError('BAD_OUTPUT', `-o ${value}: there is no format "${format}"; known are ${known}`);
    }
    if (value.includes('=') && file.join('=') === '') {
      throw new CommandError('BAD_OUTPUT', `-o ${value}: name the file after "="`);
    }
    const shown = format === 'table' && showSuppressed ? 'suppressed-table' : format;
    return { format: shown, file: value.includes('=') ? file.join('=') : undefined };
  });
  if (outputs.filter((output) => output.file === undefined).length > 1) {
    throw new CommandError(
      'BAD_OUTPUT',
      'only one report can go to standard output; give the others a file, as in -o json=report.json',
    );
  }
  const files = outputs.flatMap(({ file }) => file ?? []);
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice !== undefined) {
    throw new CommandError('BAD_OUTPUT', `two reports are to go to ${twice}; each needs a file of its own`);
  }
  return outputs;
}

/**
 * Nothing is written before all formats are made. Files come first, so that a report on standard output means that all of
 * them are there. Throws CommandError.
 */
export async function writeOutputs(report: Report, outputs: readonly ReportOutput[]): Promise<void> {
  const made: string[] = [];
  for (const { format, file } of outputs) {
    made.push(await render(report, format, file === undefined ? terminalWidth() : UNLIMITED_WIDTH));
  }
  for (const [index, { file }] of outputs.entries()) {
    if (file !== undefined) await writeReport(file, made[index]!);
  }
  for (const [index, { format, file }] of outputs.entries()) {
    if (file !== undefined) continue;
    const text = made[index]!;
    process.stdout.write(TABLES.has(format) && showsColors() ? paintTable(text) : text);
  }
}

async function writeReport(file: string, text: string): Promise<void> {
  try {
    // A folder that is not there is more likely a typing error than a wish.
    await access(dirname(file));
    await writeFileAtomically(file, text);
  } catch (error) {
    throw new CommandError('UNWRITABLE', `${file}: cannot be written: ${fileReason(error)}`, {
      cause: error,
    });
  }
}

/** On standard output, instead of the report. */
export async function explainOn(report: Report, ids: readonly string[]): Promise<void> {
  const { renderExplanation } = await import('../reports/explanation.ts');
  const text = renderExplanation(report, ids, terminalWidth());
  process.stdout.write(showsColors() ? paintBlocks(text) : text);
}

async function render(report: Report, format: string, width: number): Promise<string> {
  const renderer = await FORMATS[format]!();
  try {
    return renderer(report, width);
  } catch (error) {
    if (!(error instanceof ClearstoryError)) throw error;
    throw new CommandError('BAD_OUTPUT', `-o ${format}: ${error.message}`, { cause: error });
  }
}
