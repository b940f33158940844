// `clearstory convert`: makes any format of a saved JSON report.
import type { Report } from '../model/report.ts';
import { EXIT_OK } from './exit-codes.ts';
import { explainOn, parseOutputs, writeOutputs } from './report-outputs.ts';
import { readSavedReport } from './saved-report.ts';

export interface ConvertOptions {
  readonly output: readonly string[];
  readonly showSuppressed?: boolean;
  readonly explain: readonly string[];
}

export async function convertCommand(path: string, options: ConvertOptions): Promise<number> {
  const outputs = parseOutputs(options.output, options.showSuppressed);
  const report: Report = await readSavedReport(path);
  if (options.explain.length > 0) await explainOn(report, options.explain);
  else await writeOutputs(report, outputs);
  return EXIT_OK;
}
