// Hives that were not closed properly come back to their last state, and only with logs that fit.
import { describe, expect, test } from 'vitest';
import { binary, buildHive, dword, type HiveSpec, sealHeader } from '../../../test/builders/hive.ts';
import { buildNewLog, buildOldLog, sealEntry } from '../../../test/builders/hive-log.ts';
import { type Hive, openHive } from './hive.ts';
import { decodeValue } from './value-data.ts';

/** A hive of one value, in its `n`-th state. */
function state(n: number, more: Partial<HiveSpec> = {}): Buffer {
  const root = { name: 'ROOT', values: [dword('State', n)] };
  return buildHive({ root, primarySequence: 11, secondarySequence: 10, ...more });
}

/** A state whose bins are larger. */
function grown(n: number): Buffer {
  const data = Buffer.alloc(12_000, n);
  return state(n, { root: { name: 'ROOT', values: [dword('State', n), binary('More', data)] } });
}

function stateOf(hive: Hive): unknown {
  const value = hive.root.values().find((each) => each.name === 'State');
  return value && decodeValue(value);
}

function open(bytes: Buffer, ...logs: Buffer[]): [string, unknown] {
  const before = [bytes, ...logs].map((each) => Buffer.from(each));
  const hive = openHive(bytes, { logs });
  const outcome: [string, unknown] = [hive.state, stateOf(hive)];
  for (const [index, each] of [bytes, ...logs].entries()) expect(each.equals(before[index]!)).toBe(true);
  return outcome;
}

describe('new logs', () => {
  const entry = (sequence: number, hive = state(sequence)) => ({ sequence, hive, before: state(0) });

  test('one with several entries', () => {
    expect(open(state(0), buildNewLog(state(0), [entry(10), entry(11), entry(12)]))).toEqual([
      'recovered',
      12,
    ]);
  });

  test('two that take turns, in any order', () => {
    const earlier = buildNewLog(state(0), [entry(10), entry(11)]);
    const later = buildNewLog(state(0), [entry(12), entry(13)]);
    expect(open(state(0), earlier, later)).toEqual(['recovered', 13]);
    expect(open(state(0), later, earlier)).toEqual(['recovered', 13]);
  });

  test('two that overlap', () => {
    const earlier = buildNewLog(state(0), [entry(10), entry(11)]);
    const later = buildNewLog(state(0), [entry(11, state(99)), entry(12)]);
    expect(open(state(0), earlier, later)).toEqual(['recovered', 12]);
  });

  test('an entry after a gap does not count', () => {
    expect(open(state(0), buildNewLog(state(0), [entry(10), entry(12)]))).toEqual(['recovered', 10]);
    const apart = [buildNewLog(state(0), [entry(10)]), buildNewLog(state(0), [entry(12)])];
    expect(open(state(0), ...apart)).toEqual(['recovered', 10]);
  });

  test.each([
    ['first', 24],
    ['second', 32],
  ])('an entry whose %s hash is wrong ends the log', (_, field) => {
    const log = buildNewLog(state(0), [entry(10), entry(11)]);
    const second = log.lastIndexOf('HvLE', undefined, 'latin1');
    log.writeUInt8(log.readUInt8(second + field) ^ 1, second + field);
    expect(open(state(0), log)).toEqual(['recovered', 10]);
  });

  test('an entry cut off ends the log', () => {
    const log = buildNewLog(state(0), [entry(10), entry(11)]);
    expect(open(state(0), log.subarray(0, -512))).toEqual(['recovered', 10]);
  });

  test('entries older than the log itself are leftovers', () => {
    expect(open(state(0), buildNewLog(state(0), [entry(10)], 12))).toEqual(['dirty', 0]);
  });

  test('entries older than the hive are in it already', () => {
    expect(open(state(0), buildNewLog(state(0), [entry(8), entry(9)]))).toEqual(['dirty', 0]);
  });

  test('the hive grows as the log says', () => {
    const hive = grown(10);
    const log = buildNewLog(state(0), [{ sequence: 10, hive, before: state(0) }]);
    expect(hive.length).toBeGreaterThan(state(0).length);
    expect(open(state(0), log)).toEqual(['recovered', 10]);
    const more = openHive(state(0), { logs: [log] }).root.values()[1]!;
    expect(more.data.equals(Buffer.alloc(12_000, 10))).toBe(true);
  });

  test('a damaged base block comes from the log', () => {
    const damaged = state(0);
    damaged.fill(0xee, 4, 500);
    expect(open(damaged, buildNewLog(state(0), [entry(10)]))).toEqual(['recovered', 10]);
    expect(() => openHive(damaged)).toThrow('beyond the end');
  });

  test('a damaged base block comes from the later of two logs', () => {
    const damaged = state(0);
    damaged.fill(0xee, 4, 500);
    const earlier = buildNewLog(state(0, { minor: 3 }), [entry(10)]);
    const later = buildNewLog(state(0), [entry(11)]);
    expect(openHive(damaged, { logs: [later, earlier] }).version.minor).toBe(5);
  });

  test.each([
    ['more pages than it has', 20, 0x7fffffff],
    ['a page behind the hive', 40, 0x7fffff00],
    ['a page longer than itself', 44, 0x7fffff00],
  ])('an entry that claims %s, with right hashes, is of no use', (_, field, claim) => {
    const log = buildNewLog(state(0), [entry(10)]);
    log.writeUInt32LE(claim, 512 + field);
    sealEntry(log.subarray(512));
    expect(open(state(0), log)).toEqual(['dirty', 0]);
  });

  test('an entry without length ends the log', () => {
    const log = buildNewLog(state(0), [entry(10), entry(11)]);
    log.writeUInt32LE(0, log.lastIndexOf('HvLE', undefined, 'latin1') + 4);
    expect(open(state(0), log)).toEqual(['recovered', 10]);
  });

  test('logs that are none are passed over', () => {
    const log = buildNewLog(state(0), [entry(10)]);
    const unsealed = Buffer.from(log);
    unsealed.writeUInt8(1, 100);
    const none = [Buffer.alloc(0), Buffer.from('regf'), Buffer.alloc(4096), state(5), unsealed];
    expect(open(state(0), ...none)).toEqual(['dirty', 0]);
    expect(open(state(0), ...none, log)).toEqual(['recovered', 10]);
  });
});

describe('old logs', () => {
  const log = (n: number, sequence = 11) => buildOldLog({ sequence, hive: state(n), before: state(0) });

  test('the pages it marks are replaced', () => {
    expect(open(state(0), log(1))).toEqual(['recovered', 1]);
  });

  test('one that holds the whole hive', () => {
    expect(open(state(0), buildOldLog({ sequence: 11, hive: grown(3) }))).toEqual(['recovered', 3]);
  });

  test('that of another hive, or of another state, is passed over', () => {
    expect(open(state(0), log(1, 7))).toEqual(['dirty', 0]);
    expect(open(state(0), log(1, 7), log(2))).toEqual(['recovered', 2]);
  });

  test('a damaged base block comes from the log, the later one', () => {
    const damaged = state(0);
    damaged.fill(0xee, 4, 500);
    expect(open(damaged, log(1, 10), log(2, 12))).toEqual(['recovered', 2]);
  });

  test('one that is cut off is of no use', () => {
    expect(open(state(0), log(1).subarray(0, -1))).toEqual(['dirty', 0]);
    expect(open(state(0), log(1).subarray(0, 520))).toEqual(['dirty', 0]);
    expect(open(state(0), log(1).subarray(0, 512))).toEqual(['dirty', 0]);
  });

  test('one that was not closed itself is of no use', () => {
    const open11 = log(1);
    open11.writeUInt32LE(12, 4);
    sealHeader(open11);
    expect(open(state(0), open11)).toEqual(['dirty', 0]);
  });
});

test.each([0x7fff_f000, 0xffff_f000])('a log that promises bins of %i bytes is of no use', (binsBytes) => {
  const old = buildOldLog({ sequence: 11, hive: state(1) });
  old.writeUInt32LE(binsBytes, 40);
  // Long enough for the bitmap of so many pages.
  expect(open(state(0), Buffer.concat([sealHeader(old), Buffer.alloc(1 << 20)]))).toEqual(['dirty', 0]);
  expect(open(state(0), buildNewLog(state(0), [{ sequence: 10, hive: state(1), binsBytes }]))).toEqual([
    'dirty',
    0,
  ]);
});
