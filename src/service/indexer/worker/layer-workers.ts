// The processes that read layers: a few, started when they are needed and replaced when one ends.
import { Limiter } from '../../../base/limiter.ts';
import type { ClairLayer } from '../../../model/clair.ts';
import { asciiSentence } from '../ascii-sentence.ts';
import { workersLost } from '../indexer-metrics.ts';
import { LayerFailure } from '../layer-failure.ts';
import { shownLayer } from './layer-download.ts';
import type { PeekedPlatform } from './peek-platform.ts';
import type {
  DescribeResult,
  DescribeTask,
  ReadResult,
  ReadTask,
  WorkerResult,
  WorkerSetup,
  WorkerTask,
} from './worker-messages.ts';
import { WorkerLost, WorkerProcess } from './worker-process.ts';

export interface LayerWorkersOptions {
  readonly setup: Omit<WorkerSetup, 'parallelLayers' | 'maxBufferBytes' | 'layerSeconds'>;
  /** For one layer, from its request to its facts. Default half an hour: 8 GB over a line of 40 megabits. */
  readonly layerSeconds?: number | undefined;
  /** Unpacked at a time, by all of them. */
  readonly parallelLayers: number;
  /** Of each, in MiB: for its heap, and as much again for what files hold. */
  readonly memoryMb: number;
  /** Default 2: inflating and hashing take a core each. */
  readonly processes?: number | undefined;
}

const LAYER_SECONDS = 1_800;

export class LayerWorkers {
  readonly #options: LayerWorkersOptions;
  readonly #setup: WorkerSetup;
  readonly #size: number;
  readonly #workers = new Set<WorkerProcess>();
  /** A task that may have ended a worker gets one for itself, and no two of them at once. */
  readonly #apart = new Limiter(1);
  #isClosed = false;

  constructor(options: LayerWorkersOptions) {
    this.#options = options;
    this.#size = options.processes ?? 2;
    this.#setup = {
      ...options.setup,
      layerSeconds: options.layerSeconds ?? LAYER_SECONDS,
      parallelLayers: Math.ceil(options.parallelLayers / this.#size),
      maxBufferBytes: options.memoryMb * 1024 * 1024,
    };
  }

  /**
   * The request for the layer goes out at once, however many others are being read. With `onPlatform` the layer is looked
   * at first, and not read whole when it is none of Windows. Throws LayerFailure.
   */
  async read(layer: ClairLayer, onPlatform?: (platform: PeekedPlatform) => void): Promise<ReadResult> {
    const task: ReadTask = { kind: 'read', layer, peek: onPlatform !== undefined };
    const result = await this.#run(task, shownLayer(layer), onPlatform);
    return result as ReadResult;
  }

  /** Throws LayerFailure. */
  async describe(task: Omit<DescribeTask, 'kind'>): Promise<DescribeResult> {
    return (await this.#run({ kind: 'describe', ...task }, 'the image')) as DescribeResult;
  }

  /** Ends what runs; it fails as something that may be tried again. */
  close(): void {
    this.#isClosed = true;
    for (const worker of this.#workers) worker.end();
  }

  async #run(
    task: WorkerTask,
    what: string,
    onPlatform?: (platform: PeekedPlatform) => void,
  ): Promise<WorkerResult> {
    try {
      return await this.#leastBusy().run(task, onPlatform);
    } catch (error) {
      if (!(error instanceof WorkerLost)) throw error;
      if (error.wasAlone || this.#isClosed) throw this.#fault(what, error);
    }
    // Which of its tasks ended it nobody can tell.
    return this.#apart.run(async () => {
      const worker = this.#start();
      try {
        return await worker.run(task, onPlatform);
      } catch (error) {
        throw error instanceof WorkerLost ? this.#fault(what, error) : error;
      } finally {
        worker.end();
      }
    });
  }

  #fault(what: string, { message, isLimit }: WorkerLost): LayerFailure {
    if (this.#isClosed) return ending();
    return new LayerFailure(isLimit ? 'OVER_LIMIT' : 'NOT_NOW', asciiSentence(`${what}: ${message}`));
  }

  #leastBusy(): WorkerProcess {
    const [least] = [...this.#workers].sort((one, other) => one.tasks - other.tasks);
    if (least && (least.tasks === 0 || this.#workers.size >= this.#size)) return least;
    const started = this.#start();
    this.#workers.add(started);
    return started;
  }

  #start(): WorkerProcess {
    if (this.#isClosed) throw ending();
    return new WorkerProcess({
      setup: this.#setup,
      heapMb: this.#options.memoryMb,
      onEnd: (worker) => {
        if (this.#workers.delete(worker) && !this.#isClosed) workersLost.inc();
      },
    });
  }
}

function ending(): LayerFailure {
  return new LayerFailure('NOT_NOW', 'the service is ending; post the manifest again');
}
