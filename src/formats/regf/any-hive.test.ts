// Whatever a hive holds is read as it was written; whatever is no hive ends in a HiveError, and soon.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildHive, type KeySpec, type ValueSpec } from '../../../test/builders/hive.ts';
import { buildNewLog, buildOldLog } from '../../../test/builders/hive-log.ts';
import type { LayerSemantics } from '../../model/registry.ts';
import { openHive } from './hive.ts';
import { HiveError } from './hive-error.ts';
import type { HiveKey } from './hive-key.ts';
import { foldName } from './registry-name.ts';
import { decodeValue } from './value-data.ts';

const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }),
);
const data = fc.oneof(
  { weight: 9, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 16_300, max: 40_000 }).map((length) => Buffer.alloc(length, 'x')),
  },
);
const value: fc.Arbitrary<ValueSpec> = fc.oneof(
  fc.record({
    name,
    type: fc.oneof(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 0, max: 0xffffffff })),
    data,
  }),
  name.map((each) => ({ name: each, type: 0, data: Buffer.alloc(0), tombstone: true })),
);
const semantics = fc.constantFrom<LayerSemantics>('merge', 'tombstone', 'supersede-local', 'supersede-tree');

/** Sorted, and no two names alike, as in a real hive. */
const unlike = <T extends { name: string }>(each: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> =>
  fc.uniqueArray(each, { maxLength, selector: (one) => foldName(one.name) });

const { tree } = fc.letrec<{ tree: KeySpec }>((tie) => ({
  tree: fc.record(
    {
      name,
      semantics,
      inheritClass: fc.boolean(),
      values: unlike(value, 4),
      subkeys: fc.oneof({ maxDepth: 3 }, fc.constant([]), unlike(tie('tree'), 5)),
      list: fc.constantFrom('lf', 'lh', 'li', 'ri'),
    },
    { requiredKeys: ['name', 'semantics', 'values', 'subkeys'] },
  ),
}));

/** What is comparable of a key: everything, in the order of names. */
interface Plain {
  name: string;
  semantics: LayerSemantics;
  values: { name: string; type: number; tombstone: boolean; data: string }[];
  keys: Plain[];
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

function written(key: KeySpec, layered: boolean): Plain {
  return {
    name: key.name,
    semantics: layered ? (key.semantics ?? 'merge') : 'merge',
    values: (key.values ?? []).map((each) => ({
      name: each.name,
      type: each.type,
      tombstone: layered && each.tombstone === true,
      data: each.data.toString('hex'),
    })),
    keys: (key.subkeys ?? []).map((child) => written(child, layered)).sort(byName),
  };
}

function read(key: HiveKey): Plain {
  return {
    name: key.name,
    semantics: key.semantics,
    values: key.values().map((each) => {
      decodeValue(each);
      return {
        name: each.name,
        type: each.type,
        tombstone: each.tombstone,
        data: each.data.toString('hex'),
      };
    }),
    keys: Array.from(key.subkeys(), read).sort(byName),
  };
}

/** Reads everything; any other error than ours fails the property. */
function readOrRefuse(bytes: Buffer, logs: readonly Buffer[] = []): void {
  const before = [bytes, ...logs].map((each) => Buffer.from(each));
  const start = performance.now();
  try {
    read(openHive(bytes, { logs }).root);
  } catch (error) {
    if (!(error instanceof HiveError)) throw error;
  }
  expect(performance.now() - start).toBeLessThan(2000);
  for (const [index, each] of [bytes, ...logs].entries()) expect(each.equals(before[index]!)).toBe(true);
}

/** Some bytes replaced, with the values that mean most in a hive among them, and the end cut off. */
const damage = fc.record({
  changes: fc.array(
    fc.record({
      at: fc.nat(),
      bytes: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 4 }),
        fc.constantFrom([0xff, 0xff, 0xff, 0xff], [0, 0, 0, 0x80], [0xf8, 0xff, 0xff, 0xff], [0x20, 0, 0, 0]),
      ),
      word: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  cut: fc.option(fc.nat(), { freq: 5 }),
});

function damaged(
  bytes: Buffer,
  { changes, cut }: typeof damage extends fc.Arbitrary<infer T> ? T : never,
): Buffer {
  const copy = Buffer.from(bytes);
  for (const { at, bytes: replacement, word } of changes) {
    // Cells begin at multiples of four; a change there hits sizes and offsets.
    const place = (at % copy.length) & (word ? ~3 : ~0);
    copy.set(replacement.slice(0, copy.length - place), place);
  }
  return cut === null ? copy : copy.subarray(0, cut % copy.length);
}

describe('any hive', () => {
  test('reads as it was written', () => {
    fc.assert(
      fc.property(tree, fc.boolean(), fc.constantFrom(3, 5, 6), (root, layered, minor) => {
        const hive = buildHive({ root, layered, minor: layered ? 6 : minor });
        expect(read(openHive(hive).root)).toEqual(written(root, layered));
      }),
      { numRuns: 200 },
    );
  });

  test('that is damaged is read or refused', () => {
    fc.assert(
      fc.property(tree, damage, (root, how) => {
        const hive = buildHive({ root, layered: true });
        // Cells of the tree lie in front; most of the last page is empty.
        readOrRefuse(damaged(hive, how));
        const cells = damaged(hive.subarray(4096), how);
        readOrRefuse(Buffer.concat([hive.subarray(0, 4096), cells]));
      }),
      { numRuns: 400 },
    );
  });

  test('whose logs are damaged is read or refused', () => {
    fc.assert(
      fc.property(tree, damage, fc.boolean(), (root, how, damagesHive) => {
        const before = buildHive({ root, primarySequence: 2, secondarySequence: 1 });
        const hive = buildHive({ root: { ...root, values: [] } });
        const sound = damagesHive ? damaged(before, how) : before;
        readOrRefuse(sound, [damaged(buildOldLog({ sequence: 2, hive }), how)]);
        readOrRefuse(sound, [
          damaged(
            buildNewLog(before, [
              { sequence: 1, hive },
              { sequence: 2, hive },
            ]),
            how,
          ),
        ]);
      }),
      { numRuns: 100 },
    );
  });
});

test('any bytes are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 6000 }), fc.boolean(), (bytes, signed) => {
      const buffer = Buffer.from(bytes);
      if (signed) buffer.write('regf', 'latin1');
      readOrRefuse(buffer, [buffer]);
    }),
    { numRuns: 500 },
  );
});

test('any cells are read or refused', () => {
  const word = fc.oneof(
    fc.nat({ max: 64 }).map((each) => each * 8),
    fc.constantFrom(0xffffffff, 0xfffffff8, 0xffffffb0, 0xffffffe0, 0x80000004, 0x2001, 0x10001),
    fc
      .constantFrom('nk', 'vk', 'lf', 'lh', 'li', 'ri', 'db')
      .map((each) => Buffer.from(`${each}\x01\0`).readUInt32LE()),
  );
  fc.assert(
    fc.property(fc.array(word, { minLength: 20, maxLength: 200 }), (words) => {
      const root = { name: 'ROOT', values: [], subkeys: [{ name: 'A' }] };
      const hive = buildHive({ root, layered: true });
      const cells = Buffer.alloc(words.length * 4);
      for (const [index, each] of words.entries()) cells.writeUInt32LE(each >>> 0, index * 4);
      // The root stays; all that it leads to is made of likely words.
      cells.copy(hive, 4096 + 32 + 88);
      hive.writeUInt32LE(1, 4096 + 32 + 4 + 36);
      hive.writeUInt32LE(32 + 88, 4096 + 32 + 4 + 40);
      readOrRefuse(hive);
    }),
    { numRuns: 500 },
  );
});
