// Progress on standard error: a bar with the time left on a terminal, a line now and then elsewhere.
import type { Options, SingleBar } from 'cli-progress';
import type { LayerProgress } from '../layers/facts-reader.ts';

const MEGABYTE = 1_000_000;

/** Without a terminal: often enough to see that it goes on, seldom enough for a log. */
const LINE_EVERY_MS = 10_000;

/** For logs: a line when the last one is a while ago. */
class SeldomLines {
  #next = Date.now() + LINE_EVERY_MS;

  write(line: () => string): void {
    const now = Date.now();
    if (now < this.#next) return;
    this.#next = now + LINE_EVERY_MS;
    process.stderr.write(`${line()}\n`);
  }
}

/** Without a terminal, logs get a line per layer, more where one takes long, and no bar. */
export class ScanProgress implements LayerProgress {
  readonly #isTerminal: boolean;
  readonly #between = new SeldomLines();
  #megabytes = 0;
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
    this.#megabytes = megabytes;
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
    if (this.#bar) this.#bar.update(this.#bytes);
    else if (!this.#isTerminal) this.#between.write(() => this.#sofar());
  }

  layerDone(): void {
    this.#done++;
    this.#bar?.update(this.#bytes, { done: Math.min(this.#done + 1, this.#layers) });
    if (!this.#bar) process.stderr.write(`read layer ${this.#done} of ${this.#layers}\n`);
  }

  stop(): void {
    this.#bar?.stop();
  }

  #sofar(): string {
    const read = Math.floor(this.#bytes / MEGABYTE);
    return `read ${Math.min(read, this.#megabytes)} of ${this.#megabytes} MB`;
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

/** Shows how many documents of the feed are done, once started: a bar on a terminal, a line now and then elsewhere. */
export class UpdateProgress {
  #bar: SingleBar | undefined;
  #between: SeldomLines | undefined;

  async start(): Promise<void> {
    if (process.stderr.isTTY !== true) {
      this.#between = new SeldomLines();
      return;
    }
    this.#bar = await makeBar('reading advisories [{bar}] {value} of {total} documents, {id}');
    this.#bar.start(0, 0, { id: '' });
  }

  onDocument(done: number, total: number, id: string): void {
    this.#bar?.setTotal(total);
    this.#bar?.update(done, { id });
    this.#between?.write(() => `read ${done} of ${total} documents`);
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
