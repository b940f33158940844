// Progress on standard error: a bar with the time left on a terminal, a line now and then elsewhere.
import type { Options, SingleBar } from 'cli-progress';
import type { LayerProgress } from '../layers/facts-reader.ts';

const MEGABYTE = 1_000_000;

/** Without a terminal, logs get a line per layer and no bar. */
export class ScanProgress implements LayerProgress {
  readonly #isTerminal: boolean;
  #bar: SingleBar | undefined;
  #layers = 0;
  #done = 0;
  #bytes = 0;

  constructor(isTerminal: boolean = process.stderr.isTTY === true) {
    this.#isTerminal = isTerminal;
  }

  async start(layers: number, totalBytes: number): Promise<void> {
    this.#layers = layers;
    const megabytes = Math.ceil(totalBytes / MEGABYTE);
    if (!this.#isTerminal) {
      process.stderr.write(`reading ${layers} ${layers === 1 ? 'layer' : 'layers'}, ${megabytes} MB\n`);
      return;
    }
    this.#bar = await makeBar(
      'reading layers [{bar}] {percentage}% of {megabytes} MB, layer {done} of {layers}, {eta_formatted} left',
      { etaBuffer: 50 },
    );
    this.#bar.start(totalBytes, 0, { megabytes, layers, done: 1 });
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

/** Counts the targets of a scan of many: a bar on a terminal, a line each elsewhere. */
export class SweepProgress {
  readonly #total: number;
  readonly #bar: Promise<SingleBar> | undefined;
  #done = 0;

  constructor(total: number) {
    this.#total = total;
    if (process.stderr.isTTY !== true) return;
    this.#bar = makeBar('scanning [{bar}] {value} of {total}, {target}');
    void this.#bar.then((bar) => bar.start(total, this.#done, { target: '' }));
  }

  done(target: string): void {
    this.#done++;
    const done = this.#done;
    if (this.#bar) void this.#bar.then((bar) => bar.update(done, { target }));
    else process.stderr.write(`scanned ${done} of ${this.#total}: ${target}\n`);
  }

  stop(): void {
    void this.#bar?.then((bar) => bar.stop());
  }
}

/** Shows how many documents of the feed are done; nothing where there is no terminal. */
export class UpdateProgressBar {
  #bar: SingleBar | undefined;

  async start(): Promise<void> {
    if (process.stderr.isTTY !== true) return;
    this.#bar = await makeBar('reading advisories [{bar}] {value} of {total} documents, {id}');
    this.#bar.start(0, 0, { id: '' });
  }

  onDocument(done: number, total: number, id: string): void {
    this.#bar?.setTotal(total);
    this.#bar?.update(done, { id });
  }

  stop(): void {
    this.#bar?.stop();
  }
}

/** The library is loaded when there is something to show: a scan from the cache has nothing. */
async function makeBar(format: string, options: Options = {}): Promise<SingleBar> {
  const { default: library } = await import('cli-progress');
  return new library.SingleBar({
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    barsize: 20,
    format,
    ...options,
  });
}
