// Progress on standard error: a bar with the time left on a terminal, a line now and then elsewhere.
import { SingleBar } from 'cli-progress';
import type { LayerProgress } from '../layers/read-layers.ts';

const MEGABYTE = 1_000_000;

/** Without a terminal, logs get a line per layer and no bar. */
export class ScanProgress implements LayerProgress {
  readonly #bar: SingleBar | undefined;
  #layers = 0;
  #done = 0;
  #bytes = 0;

  constructor(isTerminal: boolean = process.stderr.isTTY === true) {
    if (!isTerminal) return;
    this.#bar = new SingleBar({
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      etaBuffer: 50,
      format:
        'reading layers [{bar}] {percentage}% of {megabytes} MB, layer {done} of {layers}, {eta_formatted} left',
      barsize: 20,
    });
  }

  start(layers: number, totalBytes: number): void {
    this.#layers = layers;
    const megabytes = Math.ceil(totalBytes / MEGABYTE);
    if (this.#bar) this.#bar.start(totalBytes, 0, { megabytes, layers, done: 1 });
    else process.stderr.write(`reading ${layers} ${layers === 1 ? 'layer' : 'layers'}, ${megabytes} MB\n`);
  }

  bytes(count: number): void {
    this.#bytes += count;
    this.#bar?.update(this.#bytes);
  }

  layerDone(): void {
    this.#done++;
    this.#bar?.update(this.#bytes, { done: Math.min(this.#done + 1, this.#layers) });
    if (!this.#bar) process.stderr.write(`read layer ${this.#done} of ${this.#layers}\n`);
  }

  stop(): void {
    this.#bar?.stop();
  }
}

/** Shows how many documents of the feed are done. */
export class UpdateProgressBar {
  #bar: SingleBar | undefined;

  readonly onDocument = (done: number, total: number, id: string): void => {
    if (process.stderr.isTTY !== true) return;
    if (!this.#bar) {
      this.#bar = new SingleBar({
        stream: process.stderr,
        clearOnComplete: true,
        hideCursor: true,
        format: 'reading advisories [{bar}] {value} of {total} documents, {id}',
        barsize: 20,
      });
      this.#bar.start(total, done, { id });
    }
    this.#bar.update(done, { id });
  };

  stop(): void {
    this.#bar?.stop();
  }
}
