// What reports are joined from: fragments of subjects, and frames of manifests, within one limit of memory.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { MatchSubject } from '../../model/match-subject.ts';
import { type FindingsFragment, renderFragment } from '../../reports/clair/findings-fragment.ts';
import type { ReportFrame } from '../../reports/clair/vulnerability-report.ts';
import type { Knowledge } from '../knowledge.ts';
import { ServiceError } from '../service-error.ts';
import { cacheBytes, fragmentsUsed } from './matcher-metrics.ts';
import { subjectFindings } from './subject-findings.ts';

/** What is needed of the store. */
export interface SubjectSource {
  /** All of them, in any order. */
  byKeys(keys: readonly string[]): Promise<readonly MatchSubject[]>;
  all(): AsyncIterable<{ readonly subject: MatchSubject }>;
}

/** A subject without findings is remembered too. */
interface CachedFragment {
  readonly fragment: FindingsFragment | undefined;
}

/** So many subjects are made ready for new advisories: some seconds of work in the background. */
const RECENT = 100;

/**
 * After a start nothing has been asked for. Node compiles what runs often, and the advisories are indexed where they are
 * looked up first: the first reports take ten times as long as the twentieth, so they had better be nobody's.
 */
const PRACTISED = 10;

/** Of keys, objects and arrays around what is counted. */
const OVERHEAD_BYTES = 512;

export class ReportCache {
  readonly #subjects: SubjectSource;
  readonly #fragments: LRUCache<string, CachedFragment>;
  readonly #frames: LRUCache<string, ReportFrame>;
  /** Those being made: a thousand reports on one new base wait for one matching. */
  readonly #pending = new Map<string, Promise<CachedFragment>>();

  /** A quarter of `bytes` is for frames. */
  constructor(subjects: SubjectSource, bytes: number) {
    this.#subjects = subjects;
    this.#fragments = new LRUCache({
      maxSize: Math.ceil((bytes * 3) / 4),
      sizeCalculation: ({ fragment }) => OVERHEAD_BYTES + (fragment?.bytes ?? 0),
    });
    this.#frames = new LRUCache({
      maxSize: Math.ceil(bytes / 4),
      sizeCalculation: (frame) => OVERHEAD_BYTES + frame.bytes,
    });
  }

  /** The one that `make` gives for `key`, if it is not at hand. */
  async frame(key: string, make: () => Promise<ReportFrame | undefined>): Promise<ReportFrame | undefined> {
    const known = this.#frames.get(key);
    if (known) return known;
    const made = await make();
    if (made) this.#frames.set(key, made);
    this.#count();
    return made;
  }

  /** Makes the fragments anew that were asked for lately, one after the other. */
  async prepare(knowledge: Knowledge): Promise<void> {
    const recent = new Set<string>();
    for (const name of this.#fragments.keys()) {
      if (recent.size < RECENT) recent.add(name.slice(0, name.indexOf(' ')));
    }
    for (const key of recent.size > 0 ? recent : await this.#someWindows()) {
      try {
        await this.fragments([key], knowledge);
      } catch {
        // Removed since, or the store is away: whoever asks for it is told.
      }
      await nextTurn();
    }
  }

  async #someWindows(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { subject } of this.#subjects.all()) {
      if (subject.inventory.os) keys.push(subject.key);
      if (keys.length === PRACTISED) break;
    }
    return keys;
  }

  /** Of those subjects that have findings, in this order. */
  async fragments(keys: readonly string[], knowledge: Knowledge): Promise<FindingsFragment[]> {
    const state = `${knowledge.version.id} ${knowledge.libraries?.version ?? ''}`;
    const found = keys.map(
      (key) => this.#fragments.get(`${key} ${state}`) ?? this.#pending.get(`${key} ${state}`),
    );
    const missing = keys.filter((_, index) => found[index] === undefined);
    fragmentsUsed.inc({ result: 'made' }, missing.length);
    fragmentsUsed.inc({ result: 'ready' }, keys.length - missing.length);
    const made = missing.length > 0 ? this.#make(missing, state, knowledge) : new Map<string, never>();
    const all = await Promise.all(keys.map((key, index) => found[index] ?? made.get(key)));
    return all.flatMap((each) => each?.fragment ?? []);
  }

  #count(): void {
    cacheBytes.set(this.#fragments.calculatedSize + this.#frames.calculatedSize);
  }

  #make(
    keys: readonly string[],
    state: string,
    knowledge: Knowledge,
  ): ReadonlyMap<string, Promise<CachedFragment>> {
    const rendering = this.#render(keys, knowledge);
    return new Map(
      keys.map((key) => {
        const name = `${key} ${state}`;
        const pending = rendering
          .then((fragments) => ({ fragment: fragments.get(key) }))
          .finally(() => this.#pending.delete(name));
        this.#pending.set(name, pending);
        pending.then(
          (made) => {
            this.#fragments.set(name, made);
            this.#count();
          },
          () => undefined,
        );
        return [key, pending];
      }),
    );
  }

  async #render(keys: readonly string[], knowledge: Knowledge): Promise<Map<string, FindingsFragment>> {
    const subjects = await this.#subjects.byKeys(keys);
    // The image was removed a moment ago. A report without some of its subjects would look clean.
    if (subjects.length < keys.length) {
      throw new ServiceError('UNAVAILABLE', 'the image is being changed; try again');
    }
    const fragments = new Map<string, FindingsFragment>();
    const tasks = await subjectFindings(subjects, knowledge);
    for (const [index, subject] of subjects.entries()) {
      const fragment = await renderFragment(subject, await tasks[index]!());
      if (fragment) fragments.set(subject.key, fragment);
    }
    return fragments;
  }
}
