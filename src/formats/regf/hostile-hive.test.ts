// Damaged and hostile hives end in a HiveError that names the offset, and end soon.
import { describe, expect, test } from 'vitest';
import { binary, buildHive, type KeySpec, sz } from '../../../test/builders/hive.ts';
import { openHive } from './hive.ts';
import { HiveError, type HiveErrorCode } from './hive-error.ts';
import type { HiveKey } from './hive-key.ts';

const BASE_BLOCK = 4096;
const NONE = 0xffffffff;

function readAll(bytes: Buffer): void {
  const read = (key: HiveKey): void => {
    for (const value of key.values()) value.data;
    for (const child of key.subkeys()) read(child);
  };
  read(openHive(bytes).root);
}

function expectError(bytes: Buffer, code: HiveErrorCode, message: string): void {
  const before = Buffer.from(bytes);
  let thrown: unknown;
  try {
    readAll(bytes);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(HiveError);
  const error = thrown as HiveError;
  expect(error.message).toContain(message);
  expect(error.message).toMatch(new RegExp(` at offset 0x${error.offset.toString(16)}$`));
  expect(error.code).toBe(code);
  expect(bytes.equals(before)).toBe(true);
}

/** A hive with keys A and B, each with a subkey and a value, and what a test wants to spoil in it. */
class Victim {
  readonly bytes = buildHive({
    root: {
      name: 'ROOT',
      subkeys: ['A', 'B'].map(
        (name): KeySpec => ({
          name,
          list: 'ri',
          values: [sz(`${name}-value`, 'some text')],
          subkeys: [{ name: `${name}-below` }],
        }),
      ),
    },
  });

  key(name: string): Field {
    return new Field(this.bytes, this.bytes.indexOf(name, BASE_BLOCK, 'latin1') - 76);
  }

  value(name: string): Field {
    return new Field(this.bytes, this.bytes.indexOf(name, BASE_BLOCK, 'latin1') - 20);
  }
}

/** A record; its fields are named by their offsets in it. */
class Field {
  readonly #bytes: Buffer;
  readonly #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** What other records call it. */
  get offset(): number {
    return this.#at - 4 - BASE_BLOCK;
  }

  get(field: number): number {
    return this.#bytes.readUInt32LE(this.#at + field);
  }

  set(field: number, value: number): void {
    this.#bytes.writeUInt32LE(value >>> 0, this.#at + field);
  }

  /** The record that a field leads to. */
  follow(field: number): Field {
    return new Field(this.#bytes, BASE_BLOCK + this.get(field) + 4);
  }

  resize(bytes: number): void {
    this.set(-4, -bytes);
  }
}

const SUBKEY_LIST = 28;
const VALUE_LIST = 40;

describe('headers', () => {
  test('a file that is no hive', () => {
    expectError(Buffer.alloc(8192), 'NOT_A_HIVE', 'no "regf" signature');
    expectError(Buffer.alloc(0), 'NOT_A_HIVE', 'no "regf" signature');
  });

  test('a file that ends in its header, before the bins, or in a cell', () => {
    const { bytes } = new Victim();
    expectError(bytes.subarray(0, 511), 'TRUNCATED', 'ends in its header');
    expectError(bytes.subarray(0, 512), 'TRUNCATED', 'beyond the end');
    expectError(bytes.subarray(0, 4096), 'TRUNCATED', 'beyond the end');
    expectError(bytes.subarray(0, 4096 + 32 + 2), 'TRUNCATED', 'beyond the end');
    expectError(bytes.subarray(0, 4200), 'TRUNCATED', 'beyond the end');
  });

  test('a root beyond the end, or none', () => {
    for (const offset of [0x7fffffff, NONE]) {
      const { bytes } = new Victim();
      bytes.writeUInt32LE(offset, 36);
      expectError(bytes, 'TRUNCATED', 'beyond the end');
    }
  });

  test('a wrong size of the bins does no harm', () => {
    for (const size of [0, 0xffffffff]) {
      const { bytes } = new Victim();
      bytes.writeUInt32LE(size, 40);
      expect(() => readAll(bytes)).not.toThrow();
    }
  });
});

describe('cells', () => {
  const spoil: [string, (victim: Victim) => void, HiveErrorCode, string][] = [
    ['a free cell', (v) => v.key('A-below').set(-4, 96), 'CORRUPT', 'marked free'],
    ['a cell of size 0', (v) => v.key('A-below').set(-4, 0), 'CORRUPT', 'marked free'],
    ['a cell of four bytes', (v) => v.key('A-below').resize(4), 'CORRUPT', 'too few'],
    ['a cell longer than the file', (v) => v.key('A-below').resize(1 << 20), 'TRUNCATED', 'beyond the end'],
    ['the longest cell', (v) => v.key('A-below').set(-4, 0x80000000), 'TRUNCATED', 'beyond the end'],
    ['a key cut short', (v) => v.key('A-below').resize(72), 'CORRUPT', '"nk" record is too short'],
    ['a value cut short', (v) => v.value('A-value').resize(16), 'CORRUPT', '"vk" record is too short'],
    ['a key that is none', (v) => v.key('A-below').set(0, 0), 'CORRUPT', 'expected a "nk" record'],
    ['a value that is none', (v) => v.value('A-value').set(0, 0), 'CORRUPT', 'expected a "vk" record'],
    ['a list that is none', (v) => v.key('A').follow(SUBKEY_LIST).set(0, 0), 'CORRUPT', 'expected a list'],
    [
      'a list in a cell of four bytes',
      (v) => v.key('A').follow(SUBKEY_LIST).resize(8),
      'CORRUPT',
      'a list of 1 subkeys does not fit',
    ],
    [
      'a list larger than its cell',
      (v) => v.key('A').follow(SUBKEY_LIST).follow(4).set(0, 0xffff686c),
      'CORRUPT',
      'a list of 65535 subkeys does not fit',
    ],
    ['more values than listed', (v) => v.key('A').set(36, NONE), 'CORRUPT', 'a list of 4294967295 values'],
    ['values beyond the end', (v) => v.key('A').set(VALUE_LIST, 1 << 20), 'TRUNCATED', 'beyond the end'],
    ['data beyond the end', (v) => v.value('A-value').set(8, 1 << 20), 'TRUNCATED', 'beyond the end'],
    [
      'data nowhere',
      (v) => v.value('A-value').set(8, NONE),
      'CORRUPT',
      '"A-value" has 20 bytes of data nowhere',
    ],
    [
      'data larger than their cell',
      (v) => v.value('A-value').set(4, 99),
      'CORRUPT',
      '99 bytes of data in a cell',
    ],
    [
      'five bytes inline',
      (v) => v.value('A-value').set(4, 0x80000005),
      'CORRUPT',
      '5 bytes of data in a field',
    ],
  ];

  test.each(spoil)('%s', (_, change, code, message) => {
    const victim = new Victim();
    change(victim);
    expectError(victim.bytes, code, message);
  });
});

describe('what belongs to two', () => {
  const share: [string, (victim: Victim) => void][] = [
    ['a key below itself', (v) => v.key('A').follow(SUBKEY_LIST).follow(4).set(4, v.key('A').offset)],
    [
      'the root below a key',
      (v) => v.key('A').follow(SUBKEY_LIST).follow(4).set(4, v.bytes.readUInt32LE(36)),
    ],
    ['a key of two keys', (v) => v.key('A').follow(SUBKEY_LIST).follow(4).set(4, v.key('B-below').offset)],
    ['a list of subkeys', (v) => v.key('A').set(SUBKEY_LIST, v.key('B').get(SUBKEY_LIST))],
    [
      'a part of a list of lists',
      (v) => v.key('A').follow(SUBKEY_LIST).set(4, v.key('B').follow(SUBKEY_LIST).get(4)),
    ],
    ['a list of values', (v) => v.key('A').set(VALUE_LIST, v.key('B').get(VALUE_LIST))],
    ['a value', (v) => v.key('A').follow(VALUE_LIST).set(0, v.value('B-value').offset)],
    ['the data of a value', (v) => v.value('A-value').set(8, v.value('B-value').get(8))],
  ];

  test.each(share)('%s', (_, change) => {
    const victim = new Victim();
    change(victim);
    expectError(victim.bytes, 'CYCLE', 'belongs to two records');
  });

  test('a list of lists that holds one', () => {
    const victim = new Victim();
    const list = victim.key('A').follow(SUBKEY_LIST);
    list.set(4, list.offset);
    expectError(victim.bytes, 'CORRUPT', 'holds another one');
  });

  test('cells that overlap', () => {
    const victim = new Victim();
    const toTheEnd = victim.bytes.length - BASE_BLOCK;
    for (const name of ['A-below', 'B-below', 'A', 'B']) {
      const key = victim.key(name);
      key.resize(toTheEnd - key.offset);
    }
    expectError(victim.bytes, 'CORRUPT', 'cells overlap');
  });
});

describe('depth', () => {
  const chain = (depth: number): Buffer => {
    let key: KeySpec = { name: `Level ${depth}` };
    for (let level = depth - 1; level >= 0; level--) key = { name: `Level ${level}`, subkeys: [key] };
    return buildHive({ root: key });
  };

  test('512 levels below the root are read, one more is not', () => {
    expect(() => readAll(chain(512))).not.toThrow();
    expectError(chain(513), 'TOO_DEEP', 'deeper than 512');
  });
});

describe('segmented data', () => {
  const big = (): { bytes: Buffer; value: Field } => {
    const data = Buffer.alloc(40_000, 7);
    const bytes = buildHive({ root: { name: 'ROOT', values: [binary('Big one', data)] } });
    return { bytes, value: new Field(bytes, bytes.indexOf('Big one', 0, 'latin1') - 20) };
  };
  const spoil: [string, (value: Field) => void, HiveErrorCode, string][] = [
    [
      'more segments than the size needs',
      (v) => v.set(4, 20_000),
      'CORRUPT',
      '20000 bytes of data in 3 segments',
    ],
    ['a size of 2 GiB', (v) => v.set(4, 0x7fffffff), 'CORRUPT', '2147483647 bytes of data in 3 segments'],
    ['a record of four bytes', (v) => v.follow(8).resize(8), 'CORRUPT', '40000 bytes of data in 3 segments'],
    [
      'a list too short',
      (v) => v.follow(8).follow(4).resize(8),
      'CORRUPT',
      'list of segments that is too short',
    ],
    [
      'a segment too short',
      (v) => v.follow(8).follow(4).follow(4).resize(64),
      'CORRUPT',
      'segment of data that is',
    ],
    [
      'a segment beyond the end',
      (v) =>
        v
          .follow(8)
          .follow(4)
          .set(4, 1 << 24),
      'TRUNCATED',
      'beyond the end',
    ],
    [
      'a segment twice',
      (v) => v.follow(8).follow(4).set(4, v.follow(8).follow(4).get(0)),
      'CORRUPT',
      'a segment of data twice',
    ],
  ];

  test.each(spoil)('%s', (_, change, code, message) => {
    const { bytes, value } = big();
    change(value);
    expectError(bytes, code, message);
  });
});

test('a list named many times is read once', () => {
  const many = 60_000;
  const subkeys = Array.from({ length: 1000 }, (_, index) => ({ name: `K${index}` }));
  const bytes = buildHive({ root: { name: 'ROOT', subkeys } });
  const root = new Field(bytes, BASE_BLOCK + bytes.readUInt32LE(36) + 4);
  const list = root.follow(SUBKEY_LIST);
  const leaf = list.get(4);
  // The list of lists moves to the end of the file, and names the first of its two lists again and again.
  const longer = Buffer.alloc(many * 4 + 8);
  longer.writeInt32LE(-longer.length, 0);
  longer.write('ri', 4, 'latin1');
  longer.writeUInt16LE(many, 6);
  for (let index = 0; index < many; index++) longer.writeUInt32LE(leaf, 8 + index * 4);
  root.set(SUBKEY_LIST, bytes.length - BASE_BLOCK);
  const hostile = Buffer.concat([bytes, longer]);
  expect([...openHive(hostile).root.subkeys()]).toHaveLength(500);
});
