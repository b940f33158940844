// When a new state of the Clair behind us counts: after a rolling upgrade, not during it, and never by turns.
import { expect, test } from 'vitest';
import { type Candidate, judgeState, type KnownState } from './steady-state.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Reads every ten seconds; returns the times at which the known state changed. */
function watch(reads: number, read: (index: number) => string): { at: number; state: string }[] {
  let known: KnownState | undefined = { state: 'old', changes: [] };
  let candidate: Candidate | undefined;
  const changes: { at: number; state: string }[] = [];
  for (let index = 0; index < reads; index++) {
    const at = index * 10 * SECOND;
    const before: string = known.state;
    ({ known, candidate } = { candidate: undefined, ...judgeState(known, candidate, read(index), at) });
    if (known.state !== before) changes.push({ at, state: known.state });
  }
  return changes;
}

test('the first state that is ever seen counts at once', () => {
  expect(judgeState(undefined, undefined, 'first', 0)).toEqual({ known: { state: 'first', changes: [] } });
});

test('a new state counts after a minute', () => {
  expect(watch(20, (index) => (index < 3 ? 'old' : 'new'))).toEqual([{ at: 90 * SECOND, state: 'new' }]);
});

test('a rolling upgrade counts once, a minute after its end', () => {
  const upgraded = (index: number) => (index >= 60 || index % 2 === 0 ? 'new' : 'old');
  expect(watch(100, upgraded)).toEqual([{ at: 11 * MINUTE, state: 'new' }]);
});

test('few reads do not count, however long they take', () => {
  const candidate: Candidate = { state: 'new', since: 0, reads: 4 };
  const known: KnownState = { state: 'old', changes: [] };
  expect(judgeState(known, candidate, 'new', HOUR)).toEqual({ known, candidate: { ...candidate, reads: 5 } });
});

test('a third state starts anew', () => {
  const states = ['new', 'newer'];
  expect(watch(6 * 60, (index) => states[Math.floor(index / 6) % 2]!)).toEqual([]);
});

test('states that change for ever are believed less and less often', () => {
  const day = watch(24 * 60 * 6, (index) => (Math.floor(index / 7) % 2 ? 'old' : 'new'));
  expect(day).toHaveLength(1);
  // Each of two replicas asks another Clair, and both keep what they believe in one place.
  let known: KnownState = { state: 'a', changes: [] };
  const candidates: Record<string, Candidate | undefined> = {};
  let changes = 0;
  for (let at = 0; at < 24 * HOUR; at += 10 * SECOND) {
    for (const state of ['a', 'b']) {
      const judged = judgeState(known, candidates[state], state, at);
      if (judged.known !== known) changes++;
      known = judged.known;
      candidates[state] = judged.candidate;
    }
  }
  expect(changes).toBe(4);
});

test('a second upgrade, a day later, counts after a minute again', () => {
  const known: KnownState = { state: 'new', changes: [new Date(0).toISOString()] };
  const candidate: Candidate = { state: 'newer', since: 25 * HOUR, reads: 6 };
  expect(judgeState(known, candidate, 'newer', 25 * HOUR + MINUTE).known.state).toBe('newer');
  expect(judgeState(known, { ...candidate, since: HOUR }, 'newer', HOUR + MINUTE).known.state).toBe('new');
  expect(judgeState(known, { ...candidate, since: HOUR }, 'newer', HOUR + 8 * MINUTE).known.state).toBe(
    'newer',
  );
});
