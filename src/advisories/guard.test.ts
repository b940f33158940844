// Every accident of the feed that was recorded, replayed against the guard.
import { describe, expect, test } from 'vitest';
import { isConfirmed, judge, type Refusal, type Verdict } from './guard.ts';
import type { DocumentRecord } from './normalise.ts';

const HOUR = 60 * 60 * 1000;
const START = Date.parse('2026-07-14T18:00:00Z');

function at(hours: number): Date {
  return new Date(START + hours * HOUR);
}

/** A document whose entries are numbered, each of them affecting `products` products. */
function document(numbers: readonly number[], { released = at(0), products = 2 } = {}): DocumentRecord {
  return {
    id: '2026-Jun',
    released: released.toISOString(),
    served: numbers.length,
    products: { p0: 'zero', p1: 'one' },
    entries: numbers.map((number) => ({
      id: `CVE-2026-${number}`,
      title: '',
      affected: Array.from({ length: products }, (_, index) => `p${index}`),
      fixes: [],
      severities: [],
      scores: [],
    })),
  };
}

function numbers(count: number, from = 1000): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

/** What comes of serving `served` at each of these hours, one after the other. */
function replay(kept: DocumentRecord, served: DocumentRecord, hours: readonly number[]): Verdict[] {
  let refusal: Refusal | undefined;
  return hours.map((hour) => {
    const verdict = judge(kept, served, refusal, at(hour));
    refusal = verdict.kind === 'refused' ? verdict.refusal : undefined;
    return verdict;
  });
}

const KEPT = document(numbers(1200));

describe('recorded accidents', () => {
  test('74 entries fewer and the date set back, hourly for 31 hours: refused each time', () => {
    const served = document(numbers(1126), { released: at(-200) });
    const verdicts = replay(KEPT, served, numbers(31, 0));
    expect(new Set(verdicts.map((verdict) => verdict.kind))).toEqual(new Set(['refused']));
    expect(verdicts[0]).toMatchObject({ refusal: { reason: 'older' } });
  });

  test('6 % fewer with a newer date', () => {
    const verdict = judge(KEPT, document(numbers(1128), { released: at(1) }), undefined, at(1));
    expect(verdict).toMatchObject({ kind: 'refused', refusal: { reason: 'smaller', reads: 1 } });
  });

  test('no entries at all', () => {
    const verdict = judge(KEPT, document([], { released: at(1) }), undefined, at(1));
    expect(verdict).toMatchObject({ kind: 'refused', refusal: { reason: 'empty' } });
  });

  test('all entries, but half of the products', () => {
    const verdict = judge(KEPT, document(numbers(1200), { products: 1 }), undefined, at(1));
    expect(verdict).toMatchObject({ kind: 'refused', refusal: { reason: 'smaller' } });
  });

  test('only entries nobody keeps grew: ours are still fewer', () => {
    const served = { ...document(numbers(1000)), served: 1500 };
    expect(judge(KEPT, served, undefined, at(1))).toMatchObject({ refusal: { reason: 'smaller' } });
  });
});

describe('ordinary changes', () => {
  test('the first copy is taken as it is', () => {
    const served = document([]);
    expect(judge(undefined, served, undefined, at(0))).toEqual({
      kind: 'accepted',
      record: served,
      carried: [],
    });
  });

  test.each([
    ['grown and newer', document(numbers(1300), { released: at(1) })],
    ['changed under the same date', document(numbers(1200), { products: 3 })],
    ['grown from nothing', document(numbers(1200))],
  ])('%s: replaced', (name, served) => {
    const kept = name === 'grown from nothing' ? document([]) : KEPT;
    expect(judge(kept, served, undefined, at(1))).toEqual({ kind: 'accepted', record: served, carried: [] });
  });

  test('two of 1200 gone: accepted, and the two are carried over with their products', () => {
    const kept = { ...KEPT, products: { ...KEPT.products, p9: 'nine' } };
    const served = document(numbers(1210, 1002), { released: at(1) });
    const verdict = judge(kept, served, undefined, at(1));
    expect(verdict).toMatchObject({ kind: 'accepted', carried: ['CVE-2026-1000', 'CVE-2026-1001'] });
    if (verdict.kind !== 'accepted') return;
    expect(verdict.record.entries.length).toBe(1212);
    expect(verdict.record.products).toHaveProperty('p9', 'nine');
    expect(verdict.record.served).toBe(1210);
  });

  test('small losses do not add up unseen: the carried count', () => {
    let kept = KEPT;
    const kinds = numbers(3, 1).map((step) => {
      const verdict = judge(kept, document(numbers(1200 - step * 10, 1000)), undefined, at(step));
      if (verdict.kind === 'accepted') kept = verdict.record;
      return verdict.kind;
    });
    expect(kinds).toEqual(['accepted', 'accepted', 'refused']);
  });
});

describe('confirmation', () => {
  const smaller = document(numbers(600), { released: at(1) });

  test('three reads over 72 hours: believed', () => {
    const verdicts = replay(KEPT, smaller, [0, 36, 72]);
    expect(verdicts.map((verdict) => verdict.kind)).toEqual(['refused', 'refused', 'accepted']);
    expect(verdicts[2]).toEqual({ kind: 'accepted', record: smaller, carried: [] });
  });

  test.each([
    ['many reads in less than 72 hours', numbers(72, 0)],
    ['72 hours, but two reads', [0, 100]],
  ])('%s: not believed', (_, hours) => {
    expect(replay(KEPT, smaller, hours).every((verdict) => verdict.kind === 'refused')).toBe(true);
  });

  test('one doubt does not confirm another', () => {
    const [, second] = replay(KEPT, smaller, [0, 71]);
    const earlier = second?.kind === 'refused' ? second.refusal : undefined;
    expect(earlier?.reads).toBe(2);
    expect(judge(KEPT, document([]), earlier, at(80))).toMatchObject({
      refusal: { reason: 'empty', reads: 1, since: at(80).toISOString() },
    });
  });

  test('the borders: 3 reads and 72 hours exactly', () => {
    const since = at(0).toISOString();
    expect(isConfirmed({ since, reads: 3 }, at(72))).toBe(true);
    expect(isConfirmed({ since, reads: 2 }, at(72))).toBe(false);
    expect(isConfirmed({ since, reads: 3 }, new Date(at(72).getTime() - 1))).toBe(false);
  });
});
