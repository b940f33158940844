// A scan of many images: several at a time, no failure stops the others, one summary at the end.

import { concurrently } from '../base/concurrently.ts';
import { ClearstoryError } from '../base/error.ts';
import type { Image } from '../images/image-source.ts';
import { openImages } from '../images/open-image.ts';
import type { OpenOptions } from '../images/open-options.ts';
import { type SummaryRow, summaryRow } from '../reports/summary-table.ts';
import { EXIT_ERROR, EXIT_GATE, EXIT_NOT_JUDGED, EXIT_OK } from './exit-codes.ts';
import { shownMessage } from './failure.ts';
import type { ImageScanner } from './image-scanner.ts';
import type { ScanPolicy } from './policy/scan-policy.ts';
import { SweepProgress } from './progress.ts';
import type { ReportOutput } from './report-outputs.ts';
import { openSweepOutputs, type SweepOutput } from './sweep-outputs.ts';

export interface SweepOptions {
  readonly scanner: ImageScanner;
  readonly policy: ScanPolicy;
  readonly open: OpenOptions;
  readonly outputs: readonly ReportOutput[];
  /** Images at a time. */
  readonly parallel: number;
  readonly quiet?: boolean;
}

export class Sweep {
  readonly #options: SweepOptions;
  #isTripped = false;

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  /** The exit code: of a failure, then of the gate, then of an image that was not judged. */
  async run(targets: readonly string[]): Promise<number> {
    const outputs = await openSweepOutputs(this.#options.outputs);
    const progress = this.#options.quiet ? undefined : new SweepProgress(targets.length);
    let rows: SummaryRow[][];
    try {
      rows = await concurrently(targets, this.#options.parallel, async (target) => {
        const own = await this.#scanTarget(target, outputs);
        progress?.done(target);
        return own;
      });
      progress?.stop();
      const all = rows.flat();
      for (const output of outputs) await output.end(all);
    } finally {
      progress?.stop();
      for (const output of outputs) await output.abandon();
    }
    const kinds = new Set(rows.flat().map(({ kind }) => kind));
    if (kinds.has('failed')) return EXIT_ERROR;
    if (this.#isTripped) return EXIT_GATE;
    return kinds.has('not-judged') ? EXIT_NOT_JUDGED : EXIT_OK;
  }

  async #scanTarget(target: string, outputs: readonly SweepOutput[]): Promise<SummaryRow[]> {
    let images: readonly Image[];
    try {
      images = await openImages(target, this.#options.open);
    } catch (error) {
      return [failure(target, error)];
    }
    const rows: SummaryRow[] = [];
    for (const image of images) {
      try {
        const report = await this.#options.scanner.scan(image);
        for (const output of outputs) await output.add(report);
        rows.push(summaryRow(report));
        this.#isTripped = this.#options.policy.isTripped(report) || this.#isTripped;
      } catch (error) {
        rows.push(failure(target, error));
      } finally {
        await image.close();
      }
    }
    return rows;
  }
}

/** What may be expected of one image; a fault of our own or a full disk ends the sweep. */
function failure(target: string, error: unknown): SummaryRow {
  if (!(error instanceof ClearstoryError)) throw error;
  return { kind: 'failed', target, message: shownMessage(error) };
}
