// Requests to registries, their token services and stores: redirects, repetitions, the address policy.
import { setTimeout as sleep } from 'node:timers/promises';
import { rootCertificates } from 'node:tls';
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { ImageError } from '../image-error.ts';
import { AddressPolicy, type Trust } from './address-policy.ts';
import { guardedConnector } from './guarded-connection.ts';
import { exchangeFailure, isTransient, shownHost } from './http-failure.ts';

export interface HttpClientOptions {
  readonly policy?: AddressPolicy;
  /** PEM, in addition to the authorities that Node trusts. */
  readonly ca?: string;
  /** Silence after which a connection counts as dead. Default 30 s: registries may have to wake a cold store. */
  readonly timeoutMs?: number;
  /** Before the second try; doubled for each further one. Default 500 ms. */
  readonly retryDelayMs?: number;
}

export interface HttpRequest {
  readonly url: URL;
  readonly method?: 'GET' | 'POST';
  /** Lower-case names. `authorization` goes to the origin of `url` and nowhere else. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Lower-case names of headers that, like `authorization`, go nowhere else. */
  readonly ownHeaders?: readonly string[];
  readonly body?: string;
  readonly trust: Trust;
  /** Accept any certificate, and redirects from HTTPS to HTTP. */
  readonly insecure?: boolean;
  /** Times in all that a transient failure is met. Default 5. */
  readonly tries?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  /** Must be read to its end or destroyed. */
  readonly body: Dispatcher.ResponseData['body'];
}

/** Microsoft's go links take three steps to a store; a chain of ten leads nowhere. */
const MAX_REDIRECTS = 10;

/** With the delays doubling from half a second, eight seconds in all: a restart of a registry, not an outage. */
const MAX_TRIES = 5;

/** Whoever asks for a longer pause is asked to be tried again by a person. */
const MAX_PAUSE_MS = 60_000;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const TRANSIENT_STATUSES = new Set([408, 429, 500, 502, 503, 504]);

export class HttpClient {
  readonly #policy: AddressPolicy;
  readonly #ca: readonly string[] | undefined;
  readonly #timeoutMs: number;
  readonly #retryDelayMs: number;
  readonly #agents = new Map<string, Dispatcher>();
  /** Names that were resolved to private addresses: what they redirect to may be private as well. */
  readonly #privateHosts = new Set<string>();

  constructor(options: HttpClientOptions = {}) {
    this.#policy = options.policy ?? new AddressPolicy();
    this.#ca = options.ca === undefined ? undefined : [...rootCertificates, options.ca];
    this.#timeoutMs = options.timeoutMs ?? 30_000;
    this.#retryDelayMs = options.retryDelayMs ?? 500;
  }

  /**
   * The answer with whatever status; redirects are followed, transient failures tried again. Throws ImageError
   * `UNREACHABLE`, `REFUSED_ADDRESS`, `RATE_LIMITED` or `NOT_A_REGISTRY`; the abort reason passes through.
   */
  async send(wanted: HttpRequest): Promise<HttpAnswer> {
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt === (wanted.tries ?? MAX_TRIES);
      let pauseMs = this.#retryDelayMs * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
      try {
        const answer = await this.#follow(wanted);
        if (!TRANSIENT_STATUSES.has(answer.status)) return answer;
        await discard(answer);
        pauseMs = Math.max(pauseMs, requestedPause(answer));
        if (isLast || pauseMs > MAX_PAUSE_MS) throw unavailable(answer, pauseMs);
      } catch (error) {
        wanted.signal?.throwIfAborted();
        if (isLast || !isTransient(error)) throw exchangeFailure(wanted.url, error);
      }
      await sleep(pauseMs, undefined, { signal: wanted.signal });
    }
  }

  /** How far `next` is trusted when `from`, which had `trust`, leads there: private hosts may lead to private ones. */
  trustIn(next: URL, from: URL, trust: Trust): Trust {
    return next.hostname === from.hostname || this.#privateHosts.has(from.hostname) ? trust : 'found';
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }

  async #follow(wanted: HttpRequest): Promise<HttpAnswer> {
    let { url, trust } = wanted;
    let headers = wanted.headers ?? {};
    for (let redirects = 0; ; redirects++) {
      const answer = await this.#exchange({ ...wanted, url, trust, headers });
      const location = answer.headers.get('location');
      // What is posted is a secret of one service, which nobody is to send elsewhere.
      if (!REDIRECTS.has(answer.status) || location === undefined || wanted.method === 'POST') return answer;
      await discard(answer);
      if (redirects === MAX_REDIRECTS) {
        const message = `${shownHost(wanted.url)} redirects more than ${MAX_REDIRECTS} times, most likely in a circle; check its address`;
        throw new ImageError('NOT_A_REGISTRY', message);
      }
      const next = redirectTarget(url, location, wanted.insecure === true);
      if (next.origin !== url.origin)
        headers = without(headers, ['authorization', ...(wanted.ownHeaders ?? [])]);
      trust = this.trustIn(next, url, trust);
      url = next;
    }
  }

  async #exchange({
    url,
    method = 'GET',
    headers,
    body,
    trust,
    insecure,
    signal,
  }: HttpRequest): Promise<HttpAnswer> {
    const refusal = this.#policy.refusalOfName(url.hostname, trust);
    if (refusal !== undefined) {
      throw new ImageError('REFUSED_ADDRESS', `${shownHost(url)} is not contacted: ${refusal}`);
    }
    try {
      const answer = await request(url, {
        dispatcher: this.#agent(trust, insecure === true),
        method,
        headers: { 'user-agent': 'clearstory', ...headers },
        ...(body !== undefined && { body }),
        ...(signal && { signal }),
      });
      return { status: answer.statusCode, headers: flat(answer.headers), url, body: answer.body };
    } catch (error) {
      signal?.throwIfAborted();
      if (!isTransient(error)) throw exchangeFailure(url, error);
      throw error;
    }
  }

  #agent(trust: Trust, insecure: boolean): Dispatcher {
    const key = `${trust} ${insecure}`;
    const known = this.#agents.get(key);
    if (known) return known;
    const tls = { ...(this.#ca && { ca: [...this.#ca] }), rejectUnauthorized: !insecure };
    const agent = new EnvHttpProxyAgent({
      headersTimeout: this.#timeoutMs,
      bodyTimeout: this.#timeoutMs,
      requestTls: tls,
      connect: guardedConnector({
        policy: this.#policy,
        trust,
        ca: this.#ca,
        insecure,
        timeoutMs: Math.min(this.#timeoutMs, 10_000),
        onPrivate: (host) => this.#privateHosts.add(host),
      }),
    });
    this.#agents.set(key, agent);
    return agent;
  }
}

/** Frees the connection of an answer whose body nobody wants. */
export async function discard(answer: HttpAnswer): Promise<void> {
  await answer.body.dump({ limit: 64 * 1024 }).catch(() => undefined);
}

function redirectTarget(from: URL, location: string, insecure: boolean): URL {
  const host = shownHost(from);
  let target: URL;
  try {
    target = new URL(location, from);
  } catch {
    throw new ImageError('NOT_A_REGISTRY', `${host} redirects to something that is no address`);
  }
  const isDowngrade = from.protocol === 'https:' && target.protocol === 'http:';
  if (target.protocol !== 'https:' && (target.protocol !== 'http:' || (isDowngrade && !insecure))) {
    throw new ImageError(
      'NOT_A_REGISTRY',
      `${host} redirects from HTTPS to ${target.protocol}//${shownHost(target)}, which is not followed`,
    );
  }
  target.username = '';
  target.password = '';
  return target;
}

function without(
  headers: Readonly<Record<string, string>>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

/** Milliseconds until the time that `Retry-After` gives, in seconds or as a date (RFC 9110 §10.2.3). */
function requestedPause(answer: HttpAnswer): number {
  const text = answer.headers.get('retry-after') ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(ms, 0) : 0;
}

function unavailable({ status, url }: HttpAnswer, pauseMs: number): ImageError {
  const host = shownHost(url);
  if (status !== 429) {
    return new ImageError('UNREACHABLE', `${host} answers HTTP ${status} again and again; try later`);
  }
  const wait = pauseMs > MAX_PAUSE_MS ? `in ${Math.ceil(pauseMs / 60_000)} minutes` : 'later';
  return new ImageError(
    'RATE_LIMITED',
    `${host} allows no more requests for now (HTTP 429); try again ${wait}, or log in for a higher limit`,
  );
}

function flat(headers: Dispatcher.ResponseData['headers']): Map<string, string> {
  return new Map(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
    ),
  );
}
