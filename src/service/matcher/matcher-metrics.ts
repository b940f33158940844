// What operators see of matching.
import { Counter, Gauge } from 'prom-client';

/** `result`: `ready` was in memory, `made` had to be matched and rendered. */
export const fragmentsUsed = new Counter({
  name: 'clearstory_matcher_fragments_total',
  help: 'Parts of reports, one a Windows, product or library of the image, by whether they were ready',
  labelNames: ['result'] as const,
});

export const cacheBytes = new Gauge({
  name: 'clearstory_matcher_cache_bytes',
  help: 'Memory that rendered parts of reports take, as they are counted',
});
