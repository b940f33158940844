// The index_state that clients see: what this scanner and the Clair behind it can do, in one token.
import { createHash } from 'node:crypto';
import type { Logger } from '../../base/log.ts';
import { type Candidate, judgeState, type KnownState } from './steady-state.ts';
import { upstreamUp } from './upstream-metrics.ts';

/** What it needs of the upstream. */
export interface StateSource {
  /** Part of the state: another Clair has indexed nothing of what this one has. */
  readonly address: string;
  state(): Promise<string>;
}

/** What it needs of the store. */
export interface StateMemory {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
}

export interface IndexStateOptions {
  /** Changes when this scanner sees more than before. */
  readonly own: string;
  readonly upstream?: StateSource | undefined;
  readonly memory: StateMemory;
  readonly log: Logger;
  /** Default 10 s: soon enough for an upgrade, and next to nothing for a Clair. */
  readonly pollMs?: number;
  /** Milliseconds since the epoch; for tests. */
  readonly clock?: () => number;
}

const SETTING = 'upstream-state';
const POLL_MS = 10_000;

/** As long as Clair's own, an MD5; Quay's column takes 128 characters. */
const TOKEN_DIGITS = 32;

/**
 * The state is asked in the background and kept in the store: it is the same in all replicas (within one poll of a
 * change), outlives restarts and outages of the upstream, and no request waits for it.
 */
export class IndexState {
  readonly #options: IndexStateOptions;
  #known: KnownState | undefined;
  #candidate: Candidate | undefined;
  #timer: NodeJS.Timeout | undefined;
  #poll: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: IndexStateOptions) {
    this.#options = options;
  }

  /** Reads what is known, asks the upstream once, and goes on asking. Never throws. */
  async start(): Promise<void> {
    if (!this.#options.upstream) return;
    await this.poll();
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#poll;
  }

  /** 32 hex digits. Changes when this scanner, the upstream's state or the presence of an upstream does. */
  current(): string {
    const { own, upstream } = this.#options;
    // Until an upstream has been seen for the first time: only Windows images are indexed, and asked for once more then.
    const behind = upstream ? ['upstream', this.#known?.state ?? ''] : ['none'];
    const text = JSON.stringify(['clearstory', own, ...behind]);
    return createHash('sha256').update(text).digest('hex').slice(0, TOKEN_DIGITS);
  }

  /** One question, and what follows from the answer. Calls at the same time share it. */
  async poll(): Promise<void> {
    this.#poll ??= this.#ask().finally(() => {
      this.#poll = undefined;
    });
    await this.#poll;
  }

  async #ask(): Promise<void> {
    const { upstream, log } = this.#options;
    if (!upstream) return;
    try {
      await this.#recall();
    } catch (error) {
      // What this replica knows stays good until the store is back.
      log.warn({ err: error }, 'the state of the upstream Clair cannot be read from the store');
      return;
    }
    let read: string;
    try {
      read = JSON.stringify([upstream.address, await upstream.state()]);
      upstreamUp.set(1);
    } catch (error) {
      upstreamUp.set(0);
      log.warn({ err: error }, 'the upstream Clair does not tell its state; images without Windows wait');
      return;
    }
    await this.#judge(read);
  }

  async #judge(read: string): Promise<void> {
    const { memory, log, clock = Date.now } = this.#options;
    const before = this.#known;
    const { known, candidate } = judgeState(before, this.#candidate, read, clock());
    this.#candidate = candidate;
    if (known === before) return;
    try {
      await memory.set(SETTING, JSON.stringify(known));
    } catch (error) {
      log.warn({ err: error }, 'the new state of the upstream Clair cannot be kept');
      return;
    }
    this.#known = known;
    this.#candidate = undefined;
    const context = { state: known.state, changesToday: known.changes.length };
    log.info(context, 'the upstream Clair has a new state; clients will post their manifests again');
    if (known.changes.length > 1) {
      log.warn(
        context,
        'the state of the upstream Clair changes often; do all its instances have one version?',
      );
    }
  }

  /** Another replica may have seen a change first. */
  async #recall(): Promise<void> {
    const text = await this.#options.memory.get(SETTING);
    const kept = text === undefined ? undefined : parse(text);
    if (kept) this.#known = kept;
  }

  #schedule(): void {
    if (this.#isStopped) return;
    const { pollMs = POLL_MS } = this.#options;
    // Replicas that were started together do not ask together for ever.
    this.#timer = setTimeout(
      () => void this.poll().then(() => this.#schedule()),
      pollMs * (0.8 + Math.random() * 0.2),
    );
    this.#timer.unref();
  }
}

/** `undefined` for what an older or newer version wrote in another way. */
function parse(text: string): KnownState | undefined {
  try {
    const { state, changes } = JSON.parse(text) as Partial<KnownState>;
    if (typeof state !== 'string' || !Array.isArray(changes)) return undefined;
    return { state, changes: changes.filter((time) => typeof time === 'string') };
  } catch {
    return undefined;
  }
}
