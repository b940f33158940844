// A process that reads layers, as the service sees it: tasks go in, results come out, and it may end in between.
import { type ChildProcess, fork } from 'node:child_process';
import { LayerFailure } from '../layer-failure.ts';
import type { PeekedPlatform } from './peek-platform.ts';
import type { WorkerReport, WorkerResult, WorkerSetup, WorkerTask } from './worker-messages.ts';
import { ALIVE_EVERY_MS, OVER_MEMORY } from './worker-messages.ts';

/**
 * A process and not a thread: V8 ends a thread that is over its heap limit only where it grows in small steps; one large
 * block (a long text, a big list) ends the whole process (tried with Node 20).
 */
export interface WorkerProcessOptions {
  readonly setup: WorkerSetup;
  /** Of the heap, in MiB. */
  readonly heapMb: number;
  /** Told when it has ended, once. */
  readonly onEnd: (worker: WorkerProcess) => void;
}

/** What it needs of the service's environment: how to get out, and whom to trust there. None of its secrets. */
const ENVIRONMENT =
  /^(?:PATH|TMPDIR|TZ|LANG|LC_.*|(?:HTTP|HTTPS|ALL|NO)_PROXY|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR))$/i;

/** Layers are inflated in pieces of a few megabytes, and a hive of 400 MiB is read in seconds. */
const SILENT_MS = 24 * ALIVE_EVERY_MS;

/** How a worker ended. `isLimit`: by what it was given to read; otherwise by trouble that has nothing to do with it. */
interface WorkerEnd {
  readonly reason: string;
  readonly isLimit: boolean;
}

/** The worker ended while it had the task; `wasAlone`: it had no other. */
export class WorkerLost extends Error {
  readonly isLimit: boolean;
  readonly wasAlone: boolean;

  constructor({ reason, isLimit }: WorkerEnd, wasAlone: boolean) {
    super(reason);
    this.isLimit = isLimit;
    this.wasAlone = wasAlone;
  }
}

interface Running {
  readonly resolve: (result: WorkerResult) => void;
  readonly reject: (error: Error) => void;
  readonly onPlatform: ((platform: PeekedPlatform) => void) | undefined;
}

export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #running = new Map<number, Running>();
  readonly #watch: NodeJS.Timeout;
  #lastHeard = Date.now();
  #nextId = 0;
  #hasEnded = false;
  #silent = false;

  constructor({ setup, heapMb, onEnd }: WorkerProcessOptions) {
    const isSource = import.meta.url.endsWith('.ts');
    const program = isSource
      ? new URL('./layer-worker.ts', import.meta.url)
      : new URL('./layer-worker.js', import.meta.url);
    this.#child = fork(program, {
      execArgv: [
        `--max-old-space-size=${heapMb}`,
        '--expose-gc',
        ...(isSource ? ['--import', import.meta.resolve('tsx')] : []),
      ],
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => ENVIRONMENT.test(name))),
      serialization: 'advanced',
      // V8 writes pages about the end of a heap; what matters of it is in the exit code.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const end = (how: WorkerEnd): void => {
      if (this.#hasEnded) return;
      this.#hasEnded = true;
      clearInterval(this.#watch);
      const tasks = [...this.#running.values()];
      this.#running.clear();
      for (const { reject } of tasks) reject(new WorkerLost(how, tasks.length === 1));
      onEnd(this);
    };
    this.#child.on('message', (report: WorkerReport) => this.#hear(report));
    this.#child.on('error', ({ message }) =>
      end(trouble(`the process that reads it has failed: ${message}`)),
    );
    this.#child.on('exit', (code, signal) => end(this.#endBy(code, signal)));
    this.#watch = setInterval(() => this.#endIfSilent(), ALIVE_EVERY_MS).unref();
    this.#child.send({ kind: 'setup', setup });
    this.#child.unref();
    this.#keepAlive();
  }

  get tasks(): number {
    return this.#running.size;
  }

  /** For tests that end it from outside. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Throws LayerFailure, or WorkerLost. */
  run(task: WorkerTask, onPlatform?: (platform: PeekedPlatform) => void): Promise<WorkerResult> {
    return new Promise((resolve, reject) => {
      if (this.#hasEnded) {
        reject(new WorkerLost(trouble('the process that reads it has ended'), false));
        return;
      }
      if (this.#running.size === 0) this.#lastHeard = Date.now();
      const id = this.#nextId++;
      this.#running.set(id, { resolve, reject, onPlatform });
      this.#keepAlive();
      this.#child.send({ kind: 'task', id, task }, () => undefined);
    });
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }

  #hear(report: WorkerReport): void {
    this.#lastHeard = Date.now();
    if (report.kind === 'alive') return;
    const running = this.#running.get(report.id);
    if (report.kind === 'platform') {
      running?.onPlatform?.(report.platform);
      return;
    }
    this.#running.delete(report.id);
    this.#keepAlive();
    if (report.kind === 'done') running?.resolve(report.result);
    else running?.reject(new LayerFailure(report.code, report.message));
  }

  /** The service lives as long as somebody waits for a task, and not for the sake of idle workers. */
  #keepAlive(): void {
    if (this.#running.size > 0) this.#child.channel?.ref();
    else this.#child.channel?.unref();
  }

  #endIfSilent(): void {
    if (this.#running.size === 0 || Date.now() - this.#lastHeard < SILENT_MS) return;
    this.#silent = true;
    this.end();
  }

  #endBy(code: number | null, signal: NodeJS.Signals | null): WorkerEnd {
    if (this.#silent) {
      const reason = `it keeps a processor busy for over ${SILENT_MS / 1000} seconds at a stretch`;
      return { reason, isLimit: true };
    }
    // An abort is V8 that finds no more room. Of SIGKILL nobody knows whom the kernel wanted to help.
    if (code === OVER_MEMORY || code === ABORTED || signal === 'SIGABRT') {
      const reason = 'it takes more memory than clearstory.limits.worker_memory_mb allows';
      return { reason, isLimit: true };
    }
    return trouble(
      `the process that reads it ended (${signal ?? `exit code ${code}`}); is there enough memory?`,
    );
  }
}

/** As shells show an abort, where something stands between. */
const ABORTED = 128 + 6;

function trouble(reason: string): WorkerEnd {
  return { reason, isLimit: false };
}
