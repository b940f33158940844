// The Clair v4 behind us, which knows Linux: the part of its API that Quay uses.
import type { Logger } from '../../base/log.ts';
import type { ClairManifest } from '../../model/clair.ts';
import type { RenderedBody } from '../../model/rendered-body.ts';
import { ServiceError } from '../service-error.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import {
  type DocumentShape,
  INDEX_REPORT,
  INDEX_STATE,
  NOTIFICATION_PAGE,
  VULNERABILITY_REPORT,
} from './upstream-answer.ts';
import { unavailable, upstreamMessage } from './upstream-failure.ts';
import { type UpstreamAnswer, UpstreamLane, type UpstreamRequest } from './upstream-lane.ts';

export interface UpstreamClairOptions {
  /** `http://clair:6060`; a path is kept and put before all others. */
  readonly url: string;
  /** PEM, in addition to the authorities that Node trusts. */
  readonly ca?: string | undefined;
  /** Signs a token for one request with the upstream's key; without, none is sent. */
  readonly token?: (() => string | Promise<string>) | undefined;
  readonly log: Logger;
  readonly timeouts?: Partial<UpstreamTimeouts>;
}

export interface UpstreamTimeouts {
  readonly indexMs: number;
  readonly reportMs: number;
  readonly stateMs: number;
  readonly waitToIndexMs: number;
  readonly waitMs: number;
}

const TIMEOUTS: UpstreamTimeouts = {
  // Quay hangs up after 600 s and asks again; what is under way goes on and answers that second question.
  indexMs: 900_000,
  // Quay waits 30 s for a report: it is to read our answer rather than run out of patience itself.
  reportMs: 25_000,
  stateMs: 5_000,
  // The tokens in a posted manifest live 60 s, and Clair still has to begin all downloads with them.
  waitToIndexMs: 30_000,
  waitMs: 4_000,
};

/** A Clair works on four for each of its processors at a time and refuses more. */
const INDEX_PLACES = 32;
/** Each may hold a report of tens of megabytes in memory. */
const SHORT_PLACES = 16;
const NOTIFICATION_PLACES = 4;

const INDEX_REPORTS = '/indexer/api/v1/index_report';
const NOTIFICATIONS = '/notifier/api/v1/notification';

const MIB = 1024 * 1024;
/** A report of 20,000 findings has about 30 MB; more than this would hold up everybody else while it is checked. */
const MAX_REPORT_BYTES = 64 * MIB;
const MAX_PAGE_BYTES = 16 * MIB;
const MAX_SMALL_BYTES = MIB;

export interface UpstreamIndexReport extends RenderedBody {
  /** `IndexFinished`, `IndexError`, or a step on the way when it is asked for early. */
  readonly state: string;
  readonly err: string;
}

export interface UpstreamVulnerabilityReport extends RenderedBody {
  /** Seconds, from its Cache-Control; without it, it did not say. */
  readonly maxAge?: number;
}

/**
 * All methods throw ServiceError `UPSTREAM_UNAVAILABLE` when it cannot be reached, is too busy, refuses our key or answers
 * what no Clair answers, and `BAD_REQUEST` when it says that the request can never work.
 */
export class UpstreamClair {
  readonly #base: URL;
  readonly #index: UpstreamLane;
  readonly #indexer: UpstreamLane;
  readonly #matcher: UpstreamLane;
  readonly #notifier: UpstreamLane;
  readonly #probe: UpstreamLane;

  constructor({ url, ca, token, log, timeouts }: UpstreamClairOptions) {
    const { indexMs, reportMs, stateMs, waitToIndexMs, waitMs } = { ...TIMEOUTS, ...timeouts };
    this.#base = new URL(url);
    const shared = { base: this.#base, ca, token, log };
    // Indexer, matcher and notifier of one Clair may be different processes, of which one may be down. Posting waits for
    // minutes, so that it has a line of its own; that the indexer is down shows in both.
    const indexer = { ...shared, breaker: new CircuitBreaker() };
    const short = { places: SHORT_PLACES, waitMs, timeoutMs: reportMs };
    this.#index = new UpstreamLane({
      ...indexer,
      places: INDEX_PLACES,
      waitMs: waitToIndexMs,
      timeoutMs: indexMs,
    });
    this.#indexer = new UpstreamLane({ ...indexer, ...short });
    this.#probe = new UpstreamLane({ ...indexer, places: 1, waitMs: stateMs, timeoutMs: stateMs });
    this.#matcher = new UpstreamLane({ ...shared, ...short, breaker: new CircuitBreaker() });
    this.#notifier = new UpstreamLane({
      ...shared,
      ...short,
      places: NOTIFICATION_PLACES,
      breaker: new CircuitBreaker(),
    });
  }

  /** What names it in logs and in the index state: its address, without credentials. */
  get address(): string {
    return this.#base.origin + this.#base.pathname.replace(/\/+$/, '');
  }

  /** Its index_state. Asked by a new connection each time: behind one address there may be several Clairs. */
  async state(): Promise<string> {
    const request = get('index_state', '/indexer/api/v1/index_state', MAX_SMALL_BYTES, INDEX_STATE);
    const answer = await this.#probe.send({ ...request, probe: true });
    if (answer.status !== 200) throw this.#unexpected(answer);
    return String(answer.document.state);
  }

  /** Waits until it is indexed. The manifest goes as it is, tokens for its layers included. */
  async index(manifest: ClairManifest): Promise<UpstreamIndexReport> {
    const answer = await this.#index.send({
      endpoint: 'index',
      method: 'POST',
      path: INDEX_REPORTS,
      body: JSON.stringify(manifest),
      maxBytes: MAX_REPORT_BYTES,
      shape: INDEX_REPORT,
    });
    if (answer.status !== 200 && answer.status !== 201) throw this.#unexpected(answer);
    return this.#indexReport(answer, manifest.hash);
  }

  /** `undefined` when it does not know the manifest. */
  async indexReport(digest: string): Promise<UpstreamIndexReport | undefined> {
    const path = `${INDEX_REPORTS}/${segment(digest)}`;
    const answer = await this.#indexer.send(get('index_report', path, MAX_REPORT_BYTES, INDEX_REPORT));
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw this.#unexpected(answer);
    return this.#indexReport(answer, digest);
  }

  /**
   * `undefined` when it has no finished index of the manifest, and while it has no vulnerabilities yet (202): Quay shows
   * a report that is not found as queued, and any other answer as an error.
   */
  async vulnerabilityReport(digest: string): Promise<UpstreamVulnerabilityReport | undefined> {
    const path = `/matcher/api/v1/vulnerability_report/${segment(digest)}`;
    const request = get('vulnerability_report', path, MAX_REPORT_BYTES, VULNERABILITY_REPORT);
    const answer = await this.#matcher.send(request);
    if (answer.status === 404 || answer.status === 202) return undefined;
    // Its description says 201, its code 200.
    if (answer.status !== 200 && answer.status !== 201) throw this.#unexpected(answer);
    this.#checkManifest(answer, digest);
    const age = /\bmax-age=(\d{1,9})\b/.exec(answer.cacheControl)?.[1];
    return { ...bodyOf(answer), ...(age !== undefined && { maxAge: Number(age) }) };
  }

  /** Those that were there; of a single one it does not tell, and it counts as there. */
  async delete(digests: readonly string[]): Promise<string[]> {
    const [first, ...more] = digests;
    if (first === undefined) return [];
    const request = { endpoint: 'delete', method: 'DELETE', maxBytes: MAX_PAGE_BYTES } as const;
    if (more.length === 0) {
      // Not one of many: those stand in line with what is indexed.
      const answer = await this.#indexer.send({ ...request, path: `${INDEX_REPORTS}/${segment(first)}` });
      if (answer.status === 404) return [];
      if (answer.status >= 300) throw this.#unexpected(answer);
      return [first];
    }
    const answer = await this.#indexer.send({
      ...request,
      path: INDEX_REPORTS,
      body: JSON.stringify(digests),
    });
    if (answer.status !== 200) throw this.#unexpected(answer);
    const deleted = stringsOf(answer);
    if (deleted) return deleted;
    throw unavailable(this.#base, 'answers with something that is not a list of digests');
  }

  /** A page of a notification of its own notifier; of one that it does not know an empty page, or `undefined`. */
  async notificationPage(
    id: string,
    query: { readonly size?: number | undefined; readonly next?: string | undefined } = {},
  ): Promise<RenderedBody | undefined> {
    const answer = await this.#page(id, query);
    return answer && bodyOf(answer);
  }

  /** Whether it was there to be deleted. */
  async deleteNotification(id: string): Promise<boolean> {
    try {
      const path = `${NOTIFICATIONS}/${segment(id)}`;
      const request = { endpoint: 'delete_notification', path, maxBytes: MAX_SMALL_BYTES } as const;
      const answer = await this.#notifier.send({ ...request, method: 'DELETE' });
      if (answer.status === 404) return false;
      if (answer.status >= 300) throw this.#unexpected(answer);
      return true;
    } catch (error) {
      // Clair answers 500 for one that it does not know (quay/clair#1716).
      const page = await this.#page(id, { size: 1 });
      if (!page || (page.document.notifications as unknown[]).length === 0) return false;
      throw error;
    }
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    const lanes = [this.#index, this.#indexer, this.#matcher, this.#notifier, this.#probe];
    await Promise.all(lanes.map((lane) => lane.close()));
  }

  async #page(
    id: string,
    { size, next }: { readonly size?: number | undefined; readonly next?: string | undefined },
  ): Promise<UpstreamAnswer | undefined> {
    const query = new URLSearchParams();
    if (size !== undefined) query.set('page_size', String(size));
    if (next !== undefined) query.set('next', next);
    const path = `${NOTIFICATIONS}/${segment(id)}${query.size > 0 ? `?${query}` : ''}`;
    const answer = await this.#notifier.send(get('notification', path, MAX_PAGE_BYTES, NOTIFICATION_PAGE));
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw this.#unexpected(answer);
    // Go writes an empty list as null, which Quay does not take.
    return Array.isArray(answer.document.notifications) ? answer : undefined;
  }

  #indexReport(answer: UpstreamAnswer, digest: string): UpstreamIndexReport {
    this.#checkManifest(answer, digest);
    const { state, err } = answer.document;
    return { ...bodyOf(answer), state: String(state), err: String(err) };
  }

  #checkManifest({ document }: UpstreamAnswer, digest: string): void {
    if (document.manifest_hash === digest) return;
    throw unavailable(this.#base, 'answers with the report of another manifest');
  }

  /** A status that is neither success nor trouble. Only 400 says that trying again is of no use. */
  #unexpected(answer: UpstreamAnswer): ServiceError {
    if (answer.status !== 400) return unavailable(this.#base, `answers HTTP ${answer.status}`);
    const message = upstreamMessage(Buffer.concat(answer.chunks, answer.bytes));
    return new ServiceError('BAD_REQUEST', `the upstream Clair refuses this: ${message || 'bad request'}`);
  }
}

function get(endpoint: string, path: string, maxBytes: number, shape: DocumentShape): UpstreamRequest {
  return { endpoint, method: 'GET', path, maxBytes, shape };
}

/** One element of a path; a colon may stand in it, and not every proxy knows that it may be escaped too. */
function segment(text: string): string {
  return encodeURIComponent(text).replaceAll('%3A', ':');
}

function bodyOf({ chunks, bytes }: UpstreamAnswer): RenderedBody {
  return { plain: chunks, plainBytes: bytes };
}

/** A list of strings; Go writes an empty one as null. */
function stringsOf({ chunks }: UpstreamAnswer): string[] | undefined {
  try {
    const list: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8')) ?? [];
    return Array.isArray(list) && list.every((each) => typeof each === 'string') ? list : undefined;
  } catch {
    return undefined;
  }
}
