// Hives made by our builder read as they were written.
import { describe, expect, test } from 'vitest';
import {
  binary,
  buildHive,
  dword,
  hiveFromPaths,
  type KeySpec,
  multiSz,
  sz,
  tombstone,
  value,
} from '../../../test/builders/hive.ts';
import type { LayerSemantics } from '../../model/registry.ts';
import { openHive } from './hive.ts';
import type { HiveKey } from './hive-key.ts';
import { decodeValue } from './value-data.ts';

/** Offset of the first subkey's record in the file, found by its name. */
function recordOf(hive: Buffer, name: string): number {
  return hive.indexOf(name, 0, 'latin1') - 76;
}

function names(key: HiveKey): string[] {
  return [...key.subkeys()].map((child) => child.name);
}

function onlyValue(hive: Buffer) {
  const [first] = openHive(hive).root.values();
  if (!first) throw new Error('the hive has no value');
  return first;
}

describe('subkeys', () => {
  const subkeys = (count: number): KeySpec[] =>
    Array.from({ length: count }, (_, index) => ({ name: `Key${String(index).padStart(5, '0')}` }));

  test.each(['lf', 'lh', 'li', 'ri'] as const)('come from a list of kind %s', (list) => {
    const hive = buildHive({ root: { name: 'ROOT', list, subkeys: subkeys(5) } });
    expect(names(openHive(hive).root)).toEqual(['Key00000', 'Key00001', 'Key00002', 'Key00003', 'Key00004']);
  });

  test('come from a list of lists when there are many', () => {
    const root = openHive(buildHive({ root: { name: 'ROOT', subkeys: subkeys(1200) } })).root;
    expect(names(root)).toHaveLength(1200);
    expect(root.subkey('KEY01199')?.name).toBe('Key01199');
    expect(root.subkey('Key01200')).toBeUndefined();
  });

  test('are found when the list is not sorted', () => {
    const hive = buildHive({ root: { name: 'ROOT', list: 'li', subkeys: [{ name: 'aa' }, { name: 'bb' }] } });
    const list = hive.indexOf('li\x02\x00', 4096, 'latin1') + 4;
    const [first, second] = [hive.readUInt32LE(list), hive.readUInt32LE(list + 4)];
    hive.writeUInt32LE(second, list);
    hive.writeUInt32LE(first, list + 4);
    expect(names(openHive(hive).root)).toEqual(['bb', 'aa']);
    expect(openHive(hive).root.subkey('AA')?.name).toBe('aa');
  });

  test('are the same ones each time they are read', () => {
    const root = openHive(buildHive({ root: { name: 'ROOT', subkeys: subkeys(3) } })).root;
    expect(names(root)).toEqual(names(root));
  });
});

describe('names', () => {
  test.each([
    ['ASCII', 'CurrentVersion', 'cURRENTvERSION'],
    ['Latin-1', 'Größe', 'GRÖßE'],
    ['Latin-1 whose upper case is not', 'ÿ', 'Ÿ'],
    ['UTF-16', 'Ключ', 'КЛЮЧ'],
    ['outside the basic plane', 'a😀b', 'A😀B'],
    ['a slash and a line break', 'a/b\r\n', 'A/B\r\n'],
  ])('%s', (_, name, other) => {
    const hive = buildHive({ root: { name: 'ROOT', values: [sz(name, 'x')], subkeys: [{ name }] } });
    expect(openHive(hive).root.subkey(other)?.name).toBe(name);
    expect(onlyValue(hive).name).toBe(name);
  });

  test('ß is not SS', () => {
    const root = openHive(buildHive({ root: { name: 'ROOT', subkeys: [{ name: 'Straße' }] } })).root;
    expect(root.subkey('STRASSE')).toBeUndefined();
    expect(root.subkey('STRAßE')?.name).toBe('Straße');
  });

  test('a key whose name is longer than its cell is kept', () => {
    const hive = buildHive({ root: { name: 'ROOT', subkeys: [{ name: 'Cut off' }] } });
    hive.writeUInt16LE(9999, recordOf(hive, 'Cut off') + 72);
    expect(names(openHive(hive).root)[0]).toMatch(/^Cut off/);
  });
});

describe('values', () => {
  const utf16 = (text: string) => Buffer.from(text, 'utf16le');

  test.each([
    ['REG_SZ', sz('v', 'Größe €'), 'Größe €'],
    ['REG_SZ without NUL', value('v', 1, utf16('no end')), 'no end'],
    ['REG_SZ with more after NUL', value('v', 1, utf16('one\0two\0')), 'one'],
    ['REG_SZ of odd length', value('v', 1, Buffer.concat([utf16('odd'), Buffer.from([7])])), 'odd'],
    ['REG_SZ without data', value('v', 1, Buffer.alloc(0)), ''],
    ['REG_EXPAND_SZ', value('v', 2, utf16('%windir%\0')), '%windir%'],
    ['REG_LINK', value('v', 6, utf16('\\Registry\\Machine')), '\\Registry\\Machine'],
    ['REG_DWORD', dword('v', 0xfffffffe), 4294967294],
    ['REG_DWORD of two bytes', value('v', 4, Buffer.from([1, 2])), 'AQI='],
    ['REG_DWORD_BIG_ENDIAN', value('v', 5, Buffer.from([0, 0, 1, 2])), 258],
    ['REG_MULTI_SZ', multiSz('v', ['one', 'two']), ['one', 'two']],
    ['REG_MULTI_SZ, empty', multiSz('v', []), []],
    ['REG_MULTI_SZ without ends', value('v', 7, utf16('one\0two')), ['one', 'two']],
    ['REG_QWORD', value('v', 11, Buffer.alloc(8, 0xff)), '18446744073709551615'],
    ['REG_QWORD of four bytes', value('v', 11, Buffer.from([1, 2, 3, 4])), 'AQIDBA=='],
    ['REG_BINARY', binary('v', Buffer.from([1, 2, 3, 4, 5])), 'AQIDBAU='],
    ['REG_NONE', value('v', 0, Buffer.from([1])), 'AQ=='],
    ['a type of no name', value('v', 0xffff0012, Buffer.from([1, 2])), 'AQI='],
  ])('%s', (_, spec, expected) => {
    const read = onlyValue(buildHive({ root: { name: 'ROOT', values: [spec] } }));
    expect(read.type).toBe(spec.type);
    expect(decodeValue(read)).toEqual(expected);
  });

  test.each([0, 1, 3, 4, 5, 16343, 16344, 16345, 2 * 16344, 2 * 16344 + 1, 100_000])(
    '%i bytes of data, in segments where they must be',
    (length) => {
      const data = Buffer.from(Array.from({ length }, (_, index) => index % 251));
      for (const minor of [3, 5]) {
        const hive = buildHive({ minor, root: { name: 'ROOT', values: [binary('v', data)] } });
        expect(onlyValue(hive).data.equals(data)).toBe(true);
        expect(hive.includes('db', 4096, 'latin1')).toBe(minor > 3 && length > 16344);
      }
    },
  );

  test('a key with a predefined handle has none', () => {
    const hive = buildHive({
      root: { name: 'ROOT', subkeys: [{ name: 'Handle', values: [dword('v', 1)] }] },
    });
    const flags = recordOf(hive, 'Handle') + 2;
    hive.writeUInt16LE(hive.readUInt16LE(flags) | 0x40, flags);
    hive.writeUInt32LE(0x80000001, flags + 34);
    expect(openHive(hive).root.subkey('Handle')?.values()).toEqual([]);
  });
});

describe('a layered hive', () => {
  const root: KeySpec = {
    name: 'ROOT',
    values: [tombstone('Gone'), dword('Here', 1)],
    subkeys: (['merge', 'tombstone', 'supersede-local', 'supersede-tree'] as LayerSemantics[]).map(
      (semantics) => ({ name: semantics, semantics, inheritClass: semantics !== 'tombstone' }),
    ),
  };

  test('has semantics and tombstones', () => {
    const hive = openHive(buildHive({ root, layered: true }));
    expect(hive).toMatchObject({ layered: true, version: { major: 1, minor: 6 }, state: 'clean' });
    for (const key of hive.root.subkeys()) expect(key.semantics).toBe(key.name);
    const gone = hive.root.values().map(({ name, tombstone }) => ({ name, tombstone }));
    expect(gone).toEqual([
      { name: 'Gone', tombstone: true },
      { name: 'Here', tombstone: false },
    ]);
    expect(hive.root.values()[0]?.data).toHaveLength(0);
  });

  test.each([
    ['of version 1.5', 5, 0x2],
    ['of version 1.6 without the flag', 6, 0x1],
  ])('is none when it is %s', (_, minor, flags) => {
    const bytes = buildHive({ root, layered: true, minor });
    bytes.writeUInt32LE(flags, 144);
    const hive = openHive(bytes);
    expect(hive.layered).toBe(false);
    for (const key of hive.root.subkeys()) expect(key.semantics).toBe('merge');
    expect(hive.root.values().map((each) => each.tombstone)).toEqual([false, false]);
  });
});

describe('state', () => {
  const root: KeySpec = { name: 'ROOT', values: [dword('v', 1)] };

  test('clean, and logs are not looked at', () => {
    expect(openHive(buildHive({ root }), { logs: [Buffer.from('nonsense')] }).state).toBe('clean');
  });

  test('dirty when the sequence numbers differ', () => {
    const hive = openHive(buildHive({ root, primarySequence: 5, secondarySequence: 4 }));
    expect(hive.state).toBe('dirty');
    expect(hive.root.values()).toHaveLength(1);
  });

  test('dirty when the checksum is wrong', () => {
    const bytes = buildHive({ root });
    bytes.writeUInt8(1, 200);
    expect(openHive(bytes).state).toBe('dirty');
  });

  test.each([0, 0xffffffff])('the checksum is never %i', (sum) => {
    const bytes = buildHive({ root });
    bytes.writeUInt32LE(0, 200);
    let xor = sum;
    for (let at = 0; at < 508; at += 4) xor ^= bytes.readUInt32LE(at);
    bytes.writeInt32LE(xor, 200);
    bytes.writeUInt32LE(sum === 0 ? 1 : 0xfffffffe, 508);
    expect(openHive(bytes).state).toBe('clean');
  });
});

test('a hive is found by paths, with keys on the way', () => {
  const hive = openHive(
    hiveFromPaths({ 'A\\B': [sz('x', '1')], 'a\\C': [sz('y', '2')], '': [sz('z', '3')] }),
  );
  expect(names(hive.root)).toEqual(['A']);
  expect(names(hive.root.subkey('A')!)).toEqual(['B', 'C']);
  expect(hive.root.values().map(decodeValue)).toEqual(['3']);
});
