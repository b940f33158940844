// Exchanges with the Clair behind us that share a pool of connections, a waiting line and limits of time.
import { setTimeout as sleep } from 'node:timers/promises';
import { rootCertificates } from 'node:tls';
import { context, propagation } from '@opentelemetry/api';
import { type Dispatcher, Pool } from 'undici';
import type { Logger } from '../../base/log.ts';
import { codeOf } from '../../images/network/http-failure.ts';
import { ServiceError } from '../service-error.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import { type DocumentShape, documentOf } from './upstream-answer.ts';
import { exchangeProblem, isTimeout, unavailable, upstreamMessage } from './upstream-failure.ts';
import { upstreamDuration, upstreamRequests } from './upstream-metrics.ts';
import { WaitingLine } from './waiting-line.ts';

export interface UpstreamLaneOptions {
  /** Its path is put before all others. */
  readonly base: URL;
  /** PEM, in addition to the authorities that Node trusts. */
  readonly ca?: string | undefined;
  /** A signed token, made for each request. */
  readonly token?: (() => string | Promise<string>) | undefined;
  readonly breaker: CircuitBreaker;
  /** Requests at a time. */
  readonly places: number;
  /** How long to wait for a place, and then for a Clair that has none free (429). */
  readonly waitMs: number;
  /** For an exchange as a whole, once it has begun. */
  readonly timeoutMs: number;
  readonly log: Logger;
}

export interface UpstreamRequest {
  /** For the metrics. */
  readonly endpoint: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  /** Limit of the answer. */
  readonly maxBytes: number;
  /** What the body of a 200 or 201 must be; without it is not looked at. */
  readonly shape?: DocumentShape;
  /** By a connection of its own, tried even while the circuit breaker refuses: for asking whether it lives. */
  readonly probe?: boolean;
}

export interface UpstreamAnswer {
  readonly status: number;
  readonly cacheControl: string;
  readonly chunks: readonly Buffer[];
  readonly bytes: number;
  /** The body, when it had to be of a shape; else empty. */
  readonly document: Readonly<Record<string, unknown>>;
}

/** A connection within a cluster takes milliseconds; who does not answer for this long is not there. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Shorter than the idle time after which any common server or balancer hangs up. */
const KEEP_ALIVE_MS = 15_000;

/** Before a busy Clair is asked again; doubled for each further time. */
const BUSY_PAUSE_MS = 500;

/** Between two lines that say the same of a refused key: administrators read it once. */
const REFUSAL_LOG_MS = 60_000;

/** A gateway's word that nobody is behind it, as against one failed request. */
const OUT_OF_SERVICE = new Set([502, 503, 504]);

/** A connection that was kept alive and closed by the other side just as it was used again. */
const CUTS = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

export class UpstreamLane {
  readonly #options: UpstreamLaneOptions;
  readonly #pool: Pool;
  readonly #line: WaitingLine;
  readonly #prefix: string;
  #refusalLoggedAt = Number.NEGATIVE_INFINITY;

  constructor(options: UpstreamLaneOptions) {
    this.#options = options;
    this.#prefix = options.base.pathname.replace(/\/+$/, '');
    this.#line = new WaitingLine(options.places);
    this.#pool = new Pool(options.base.origin, {
      connections: options.places,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connect: {
        timeout: CONNECT_TIMEOUT_MS,
        ...(options.ca !== undefined && { ca: [...rootCertificates, options.ca] }),
      },
      // Of an exchange as a whole, see timeoutMs: an index is silent for minutes.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /**
   * The answer, whose status is 2xx, 400, 404 or one that only a wrong request gets. Redirects are not followed. Throws
   * ServiceError `UPSTREAM_UNAVAILABLE` for all that may be better later.
   */
  async send(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const { base, breaker, waitMs } = this.#options;
    if (request.probe) return await this.#attempt(request, performance.now());
    if (!breaker.permits(performance.now())) {
      this.#count(request, 'paused');
      throw unavailable(base, 'did not answer the last times it was asked');
    }
    const deadline = performance.now() + waitMs;
    const answer = await this.#line.run(waitMs, () => this.#attempt(request, deadline));
    if (answer) return answer;
    this.#count(request, 'busy');
    throw unavailable(base, 'has too many requests to work on');
  }

  /** Ends all exchanges under way; they throw `UPSTREAM_UNAVAILABLE`. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #attempt(request: UpstreamRequest, deadline: number): Promise<UpstreamAnswer> {
    for (let pauseMs = BUSY_PAUSE_MS; ; pauseMs *= 2) {
      const answer = await this.#measured(request);
      if (answer.status !== 429) return this.#accept(answer);
      // Quay counts a 429 as one of five failures; waiting costs nothing.
      if (performance.now() + pauseMs > deadline) {
        throw unavailable(this.#options.base, 'has too many requests to work on (HTTP 429)');
      }
      await sleep(pauseMs * (0.75 + Math.random() / 2));
    }
  }

  async #measured(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const { base, breaker, timeoutMs } = this.#options;
    const stop = upstreamDuration.startTimer({ endpoint: request.endpoint });
    try {
      const answer = await this.#onceMoreWhenCut(request);
      if (OUT_OF_SERVICE.has(answer.status)) breaker.failed(performance.now());
      else breaker.succeeded();
      const checked = this.#checked(request, answer);
      this.#count(request, String(answer.status));
      return checked;
    } catch (error) {
      if (!(error instanceof ServiceError)) {
        this.#count(request, isTimeout(error) ? 'timeout' : 'unreachable');
        breaker.failed(performance.now());
      }
      throw exchangeProblem(base, error, timeoutMs);
    } finally {
      stop();
    }
  }

  /** All requests may be sent twice: Clair indexes a manifest once, and deletes what is there. */
  async #onceMoreWhenCut(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const signal = AbortSignal.timeout(this.#options.timeoutMs);
    try {
      return await this.#exchange(request, signal);
    } catch (error) {
      if (!CUTS.has(codeOf(error))) throw error;
      return await this.#exchange(request, signal);
    }
  }

  async #exchange(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamAnswer> {
    const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'clearstory' };
    if (request.body !== undefined) headers['content-type'] = 'application/json';
    const token = await this.#options.token?.();
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    propagation.inject(context.active(), headers);
    const {
      statusCode,
      headers: answered,
      trailers,
      body,
    } = await this.#pool.request({
      method: request.method,
      path: this.#prefix + request.path,
      headers,
      signal,
      reset: request.probe ?? false,
      ...(request.body !== undefined && { body: request.body }),
    });
    const cacheControl = answered['cache-control'];
    const read = await this.#read(body, request);
    // Clair's way of saying that it broke off after the status had gone out.
    if (trailers['clair-error']) throw this.#invalid(request, 'broke off in its answer');
    return {
      status: statusCode,
      cacheControl: typeof cacheControl === 'string' ? cacheControl : '',
      document: {},
      ...read,
    };
  }

  async #read(
    body: Dispatcher.ResponseData['body'],
    request: UpstreamRequest,
  ): Promise<Pick<UpstreamAnswer, 'chunks' | 'bytes'>> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > request.maxBytes) {
        const limit = `${Math.floor(request.maxBytes / (1024 * 1024))} MiB`;
        throw this.#invalid(request, `answers with more than ${limit}, which is not passed on`);
      }
      chunks.push(chunk);
    }
    return { chunks, bytes };
  }

  #checked(request: UpstreamRequest, answer: UpstreamAnswer): UpstreamAnswer {
    if (!request.shape || (answer.status !== 200 && answer.status !== 201)) return answer;
    const document = documentOf(answer.chunks, request.shape);
    if (typeof document === 'string') throw this.#invalid(request, document);
    return { ...answer, document };
  }

  #accept(answer: UpstreamAnswer): UpstreamAnswer {
    const { status } = answer;
    const { base, log } = this.#options;
    if (status === 401 || status === 403) {
      this.#logRefusal(status);
      throw unavailable(base, `refuses the token of this service (HTTP ${status})`);
    }
    if (status >= 300 && status < 400) {
      throw unavailable(base, `redirects (HTTP ${status}), which is not followed`);
    }
    if (status >= 500) {
      const message = upstreamMessage(Buffer.concat(answer.chunks, answer.bytes));
      log.warn({ status, upstream: message }, 'the upstream Clair failed');
      throw unavailable(base, `answers HTTP ${status}`);
    }
    return answer;
  }

  #logRefusal(status: number): void {
    const now = performance.now();
    if (now - this.#refusalLoggedAt < REFUSAL_LOG_MS) return;
    this.#refusalLoggedAt = now;
    this.#options.log.error(
      { status },
      'the upstream Clair refuses our token: clearstory.upstream_auth.psk.key must be the key of its auth.psk.key, and the issuer one of its auth.psk.iss',
    );
  }

  #invalid(request: UpstreamRequest, problem: string): ServiceError {
    this.#count(request, 'invalid');
    return unavailable(this.#options.base, problem);
  }

  #count({ endpoint }: UpstreamRequest, outcome: string): void {
    upstreamRequests.inc({ endpoint, outcome });
  }
}
