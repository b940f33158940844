// `clearstory convert`: makes any format of a saved JSON report.
import type { Report } from '../model/report.ts';
import { EXIT_OK } from './exit-codes.ts';
import { parseOutputs, writeOutputs } from './report-outputs.ts';
import { readSavedReport } from './saved-report.ts';

export interface ConvertOptions {
  readonly output: readonly string[];
}

export async function convertCommand(path: string, options: ConvertOptions): Promise<number> {
  const outputs = parseOutputs(options.output);
  const report: Report = await readSavedReport(path);
  await writeOutputs(report, outputs);
  return EXIT_OK;
}
