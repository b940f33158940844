// Clair's metrics of requests, one set of families for each group of endpoints.
import { Counter, Gauge, Histogram } from 'prom-client';
import type { RouteGroup } from './route.ts';

/** Seconds, as in Clair: indexing takes minutes. */
const DURATIONS = [0.5, 0.7, 1.1, 1.7, 2.7, 4.2, 6.5, 10, 15, 23, 36, 54, 83, 128, 196, 300];
/** Bytes, from the answer to a question about the state to a report of thousands of findings. */
const SIZES = [64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216];

const LABELS = ['handler', 'code', 'method'] as const;

/** What Prometheus' own instrumentation of Go passes on; others share one label, or a client could make any number. */
const METHODS: readonly string[] = [
  'get',
  'put',
  'head',
  'post',
  'delete',
  'connect',
  'options',
  'notify',
  'trace',
  'patch',
];

export interface ServedRequest {
  readonly handler: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
}

class GroupMetrics {
  readonly #total;
  readonly #requestBytes;
  readonly #responseBytes;
  readonly #seconds;
  readonly #inFlight;

  constructor(group: RouteGroup) {
    const name = (suffix: string): string => `clair_http_${group}_${suffix}`;
    const sizes = { labelNames: LABELS, buckets: SIZES };
    this.#total = new Counter({
      name: name('request_total'),
      help: 'Requests that were answered.',
      labelNames: LABELS,
    });
    this.#requestBytes = new Histogram({
      name: name('request_size_bytes'),
      help: 'Sizes of the bodies of requests.',
      ...sizes,
    });
    this.#responseBytes = new Histogram({
      name: name('response_size_bytes'),
      help: 'Sizes of the bodies of answers, as sent.',
      ...sizes,
    });
    this.#seconds = new Histogram({
      name: name('request_duration_seconds'),
      help: 'Time from the head of a request to the end of its answer.',
      labelNames: LABELS,
      buckets: DURATIONS,
    });
    this.#inFlight = new Gauge({
      name: name('in_flight_requests'),
      help: 'Requests that are being answered.',
      labelNames: ['handler'],
    });
  }

  begin(handler: string): void {
    this.#inFlight.inc({ handler });
  }

  end({ handler, method, status, seconds, requestBytes, responseBytes }: ServedRequest): void {
    const lower = method.toLowerCase();
    const labels = { handler, code: String(status), method: METHODS.includes(lower) ? lower : 'unknown' };
    this.#inFlight.dec({ handler });
    this.#total.inc(labels);
    this.#requestBytes.observe(labels, requestBytes);
    this.#responseBytes.observe(labels, responseBytes);
    this.#seconds.observe(labels, seconds);
  }
}

export const groupMetrics: Readonly<Record<RouteGroup, GroupMetrics>> = {
  indexerv1: new GroupMetrics('indexerv1'),
  matcherv1: new GroupMetrics('matcherv1'),
  notificationv1: new GroupMetrics('notificationv1'),
  discovery: new GroupMetrics('discovery'),
};

export const concurrencyLimited = new Counter({
  name: 'clair_http_concurrencylimited_total',
  help: 'Requests that had to wait for their turn.',
  labelNames: ['endpoint', 'method'],
});

export const waitingRequests = new Gauge({
  name: 'clearstory_http_waiting_requests',
  help: 'Requests that wait for their turn.',
  labelNames: ['endpoint'],
});

export const droppedConnections = new Counter({
  name: 'clearstory_http_dropped_connections_total',
  help: 'Connections that were closed at once, because there were too many.',
});
