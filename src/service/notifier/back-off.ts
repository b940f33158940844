// When to try again what failed.

export interface BackOff {
  /** Before the second attempt; doubled for each further one. */
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Milliseconds after the `failures`th failure in a row, from 1; a quarter more or less, so that replicas part. */
export function backOffMs({ firstMs, maxMs }: BackOff, failures: number, random = Math.random()): number {
  // An exponent beyond 30 would overflow nothing, but no interval is that long either.
  const doubled = firstMs * 2 ** Math.min(failures - 1, 30);
  return Math.min(Math.round(doubled * (0.75 + random / 2)), maxMs);
}
