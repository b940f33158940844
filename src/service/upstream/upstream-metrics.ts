// What is measured of the Clair behind us.
import { Counter, Gauge, Histogram } from 'prom-client';

/** `outcome`: the HTTP status, or why there was none: `unreachable`, `timeout`, `paused`, `busy`, `invalid`. */
export const upstreamRequests = new Counter({
  name: 'clearstory_upstream_requests_total',
  help: 'Requests to the upstream Clair by endpoint and outcome.',
  labelNames: ['endpoint', 'outcome'],
});

export const upstreamDuration = new Histogram({
  name: 'clearstory_upstream_request_duration_seconds',
  help: 'Time until an answer of the upstream Clair was read, waiting for a turn not included.',
  labelNames: ['endpoint'],
  // A report takes milliseconds to seconds, an index up to ten minutes.
  buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 900],
});

export const upstreamUp = new Gauge({
  name: 'clearstory_upstream_up',
  help: '1 when the upstream Clair answered the last question for its state, 0 when it did not.',
});
