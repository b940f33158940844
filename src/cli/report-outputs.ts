// Where the report goes: formats and files of `-o`, written completely or not at all.

import { realpathSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { writeFileAtomically } from '../base/atomic-file.ts';
import { fileReason } from '../base/file-reason.ts';
import type { Report } from '../model/report.ts';
import type { HiddenBy } from '../reports/explanation.ts';
import { paintBlocks, paintTable } from '../reports/terminal-colors.ts';
import { CommandError } from './command-error.ts';
import { REPORT_FORMATS, renderReport } from './report-formats.ts';
import { writeToStandardOutput } from './standard-output.ts';
import { showsColors, terminalWidth, UNLIMITED_WIDTH } from './terminal.ts';

/** Those that people read, in colours where there are some. */
const TABLES: ReadonlySet<string> = new Set(['table', 'suppressed-table', 'packages']);

export interface ReportOutput {
  readonly format: string;
  /** `undefined`: standard output. */
  readonly file: string | undefined;
}

/** Reads the values of `-o`. Without any, a table on standard output. Throws CommandError BAD_OUTPUT. */
export function parseOutputs(values: readonly string[], showSuppressed = false): ReportOutput[] {
  const outputs = (values.length > 0 ? values : ['table']).map((value) => parseOutput(value, showSuppressed));
  if (outputs.filter((output) => output.file === undefined).length > 1) {
    throw new CommandError(
      'BAD_OUTPUT',
      'only one report can go to standard output; give the others a file, as in -o json=report.json',
    );
  }
  const files = outputs.flatMap(({ file }) => file ?? []);
  const places = files.map(placeOfFile);
  const twice = files.find((_, index) => places.indexOf(places[index]!) !== index);
  if (twice !== undefined) {
    throw new CommandError('BAD_OUTPUT', `two reports are to go to ${twice}; each needs a file of its own`);
  }
  return outputs;
}

function parseOutput(value: string, showSuppressed: boolean): ReportOutput {
  const [format = '', ...rest] = value.split('=');
  if (!REPORT_FORMATS.includes(format)) {
    const known = REPORT_FORMATS.join(', ');
    throw new CommandError('BAD_OUTPUT', `-o ${value}: there is no format "${format}"; known are ${known}`);
  }
  const file = value.includes('=') ? rest.join('=') : '-';
  if (file === '') throw new CommandError('BAD_OUTPUT', `-o ${value}: name the file after "="`);
  const shown = format === 'table' && showSuppressed ? 'suppressed-table' : format;
  return { format: shown, file: file === '-' ? undefined : file };
}

/** The same for all names of a file: `a`, `./a`, a link to it. What is not there yet has the place of its folder. */
function placeOfFile(path: string): string {
  for (const [known, rest] of [
    [path, ''],
    [dirname(path), basename(path)],
  ] as const) {
    try {
      return join(realpathSync(known), rest);
    } catch {
      // Writing will say what is wrong with it.
    }
  }
  return resolve(path);
}

/**
 * Nothing is written before all formats are made. Files come first, so that a report on standard output means that all of
 * them are there. Throws CommandError.
 */
export async function writeOutputs(report: Report, outputs: readonly ReportOutput[]): Promise<void> {
  const made: string[] = [];
  for (const { format, file } of outputs) {
    made.push(await renderReport(report, format, file === undefined ? terminalWidth() : UNLIMITED_WIDTH));
  }
  for (const [index, { file }] of outputs.entries()) {
    if (file !== undefined) await writeReport(file, made[index]!);
  }
  for (const [index, { format, file }] of outputs.entries()) {
    if (file !== undefined) continue;
    const text = made[index]!;
    await writeToStandardOutput(TABLES.has(format) && showsColors() ? paintTable(text) : text);
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
export async function explainOn(report: Report, ids: readonly string[], hiddenBy?: HiddenBy): Promise<void> {
  const { renderExplanation } = await import('../reports/explanation.ts');
  const text = renderExplanation(report, ids, terminalWidth(), hiddenBy);
  await writeToStandardOutput(showsColors() ? paintBlocks(text) : text);
}
