// Where the reports of many images go: each is written when it is done and then forgotten.

import { randomBytes } from 'node:crypto';
import { access, type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isReplaceable } from '../base/atomic-file.ts';
import { fileReason } from '../base/file-reason.ts';
import type { Report } from '../model/report.ts';
import { renderPackages } from '../reports/packages-table.ts';
import { renderSummary, type SummaryRow } from '../reports/summary-table.ts';
import { paintTable } from '../reports/terminal-colors.ts';
import { CommandError } from './command-error.ts';
import type { ReportOutput } from './report-outputs.ts';
import { showsColors, terminalWidth, UNLIMITED_WIDTH } from './terminal.ts';

export interface SweepOutput {
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

/** Throws CommandError BAD_OUTPUT, UNWRITABLE before anything is scanned. */
export async function openSweepOutputs(outputs: readonly ReportOutput[]): Promise<SweepOutput[]> {
  return Promise.all(
    outputs.map(async ({ format, file }) => {
      const make = FORMATS.get(format);
      if (!make) {
        const known = 'table, packages and json';
        const advice = `-o ${format} describes one image; for several there are ${known}`;
        throw new CommandError('BAD_OUTPUT', advice);
      }
      const made = make();
      const target = file === undefined ? standardOutput() : await newFile(file);
      const width = file === undefined ? terminalWidth() : UNLIMITED_WIDTH;
      await target.write(made.begin());
      const painted = file === undefined && format !== 'json' && showsColors();
      const shown = (text: string): string => (painted ? paintTable(text) : text);
      return {
        add: (report) => target.write(shown(made.add(report, width))),
        end: async (rows) => {
          await target.write(shown(made.end(rows, width)));
          await target.finish();
        },
        abandon: () => target.abandon(),
      } satisfies SweepOutput;
    }),
  );
}

interface Sink {
  write(text: string): Promise<void>;
  finish(): Promise<void>;
  abandon(): Promise<void>;
}

function standardOutput(): Sink {
  const write = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
    });
  return { write, finish: async () => undefined, abandon: async () => undefined };
}

/** Grows beside its place and is moved there when it is whole. */
async function newFile(path: string): Promise<Sink> {
  let temporary = path;
  let handle: FileHandle;
  let isOpen = true;
  try {
    await access(dirname(path));
    if (await isReplaceable(path)) temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
    handle = await open(temporary, temporary === path ? 'w' : 'wx');
  } catch (error) {
    throw new CommandError('UNWRITABLE', `${path}: cannot be written: ${fileReason(error)}`, {
      cause: error,
    });
  }
  return {
    write: async (text) => {
      await handle.appendFile(text);
    },
    finish: async () => {
      if (temporary !== path) await handle.sync();
      await handle.close();
      isOpen = false;
      if (temporary !== path) await rename(temporary, path);
    },
    abandon: async () => {
      if (!isOpen) return;
      isOpen = false;
      await handle.close();
      if (temporary !== path) await rm(temporary, { force: true });
    },
  };
}
