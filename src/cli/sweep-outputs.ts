// Where the reports of many images go: each is written when it is done and then forgotten.

import { beginFile, type FileInMaking } from '../base/atomic-file.ts';
import { fileReason } from '../base/file-reason.ts';
import type { Report } from '../model/report.ts';
import { renderPackages } from '../reports/packages-table.ts';
import { renderSummary, type SummaryRow } from '../reports/summary-table.ts';
import { paintTable } from '../reports/terminal-colors.ts';
import { CommandError } from './command-error.ts';
import type { ReportOutput } from './report-outputs.ts';
import { writeToStandardOutput } from './standard-output.ts';
import { showsColors, terminalWidth, UNLIMITED_WIDTH } from './terminal.ts';

export interface SweepOutput {
  begin(): Promise<void>;
  add(report: Report): Promise<void>;
  /** With everything that was done, failures too, in the order of the targets. */
  end(rows: readonly SummaryRow[]): Promise<void>;
  /** After `end`, nothing; before, whatever was begun goes. */
  abandon(): Promise<void>;
}

/** What one format makes of the reports; text comes out as soon as there is some. */
interface SweepFormat {
  begin(): string;
  add(report: Report, width: number): string;
  end(rows: readonly SummaryRow[], width: number): string;
}

const FORMATS: ReadonlyMap<string, () => SweepFormat> = new Map([
  ['table', () => ({ begin: () => '', add: () => '', end: renderSummary })],
  [
    'packages',
    () => ({ begin: () => '', add: (report, width) => `${renderPackages(report, width)}\n`, end: () => '' }),
  ],
  ['suppressed-table', () => ({ begin: () => '', add: () => '', end: renderSummary })],
  ['json', jsonFormat],
]);

/** `{"reports": […], "failures": […]}`, described by schemas/reports-1.schema.json. */
function jsonFormat(): SweepFormat {
  let separator = '\n';
  return {
    begin: () => '{"schemaVersion": 1, "reports": [',
    add: (report) => {
      const text = separator + JSON.stringify(report);
      separator = ',\n';
      return text;
    },
    end: (rows) => {
      const failures = rows.flatMap((row) =>
        row.kind === 'failed' ? [{ target: row.target, message: row.message }] : [],
      );
      return `\n], "failures": ${JSON.stringify(failures)}}\n`;
    },
  };
}

/** Throws CommandError BAD_OUTPUT, UNWRITABLE before anything is scanned, and leaves nothing behind. */
export async function openSweepOutputs(outputs: readonly ReportOutput[]): Promise<SweepOutput[]> {
  const formats = outputs.map(({ format }) => {
    const make = FORMATS.get(format);
    if (make) return make();
    const known = 'table, packages and json';
    throw new CommandError('BAD_OUTPUT', `-o ${format} describes one image; for several there are ${known}`);
  });
  const opened: SweepOutput[] = [];
  try {
    for (const [index, output] of outputs.entries()) {
      const target = output.file === undefined ? STANDARD_OUTPUT : await openFile(output.file);
      opened.push(sweepOutput(output, formats[index]!, target));
    }
    for (const output of opened) await output.begin();
  } catch (error) {
    for (const output of opened) await output.abandon();
    throw error;
  }
  return opened;
}

function sweepOutput({ format, file }: ReportOutput, made: SweepFormat, target: FileInMaking): SweepOutput {
  const width = file === undefined ? terminalWidth() : UNLIMITED_WIDTH;
  const painted = file === undefined && format !== 'json' && showsColors();
  const shown = (text: string): string => (painted ? paintTable(text) : text);
  return {
    begin: () => target.write(made.begin()),
    add: (report) => target.write(shown(made.add(report, width))),
    end: async (rows) => {
      await target.write(shown(made.end(rows, width)));
      await target.finish();
    },
    abandon: () => target.abandon(),
  };
}

const STANDARD_OUTPUT: FileInMaking = {
  write: writeToStandardOutput,
  finish: async () => undefined,
  abandon: async () => undefined,
};

/** Grows beside its place and is moved there when it is whole. */
async function openFile(path: string): Promise<FileInMaking> {
  try {
    return await beginFile(path);
  } catch (error) {
    throw new CommandError('UNWRITABLE', `${path}: cannot be written: ${fileReason(error)}`, {
      cause: error,
    });
  }
}
