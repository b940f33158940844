// Decides when a state that the Clair behind us answers is the one that counts.

/** What is kept, in all replicas alike. */
export interface KnownState {
  readonly state: string;
  /** Times of its changes during the last day, ISO 8601, oldest first. */
  readonly changes: readonly string[];
}

/** A state other than the known one that was answered lately, by every read since. */
export interface Candidate {
  readonly state: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly reads: number;
}

/**
 * When the state changes, Quay posts its whole catalogue again. During a rolling upgrade several Clairs behind one
 * address answer the old state and the new by turns; only when all do the same, the change counts.
 */
const STEADY_READS = 6;
const STEADY_MS = 60_000;

/**
 * Each change within a day makes the next one wait eight times as long: 1 minute, 8 minutes, an hour, 8.5 hours. So Clairs
 * that never agree, or replicas of this service that ask different ones, cannot make Quay post for ever.
 */
const PATIENCE = 8;
const MEMORY_MS = 24 * 60 * 60 * 1000;

/** Pure. Returns the state that counts now, and the candidate to remember until the next read. */
export function judgeState(
  known: KnownState | undefined,
  candidate: Candidate | undefined,
  read: string,
  now: number,
): { readonly known: KnownState; readonly candidate?: Candidate } {
  if (!known) return { known: { state: read, changes: [] } };
  if (read === known.state) return { known };
  const seen: Candidate =
    candidate?.state === read
      ? { ...candidate, reads: candidate.reads + 1 }
      : { state: read, since: now, reads: 1 };
  const changes = known.changes.filter((time) => now - Date.parse(time) < MEMORY_MS);
  const waitMs = STEADY_MS * PATIENCE ** changes.length;
  if (seen.reads < STEADY_READS || now - seen.since < waitMs) return { known, candidate: seen };
  return { known: { state: read, changes: [...changes, new Date(now).toISOString()] } };
}
