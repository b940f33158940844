// Only what interests is taken from a hive, with everything above it that changes it.
import { describe, expect, test } from 'vitest';
import { dword, hiveFromPaths, sz, tombstone } from '../../../test/builders/hive.ts';
import { openHive } from '../../formats/regf/hive.ts';
import type { RegistryKey } from '../../model/registry.ts';
import { extractAll, extractKeys } from './extract.ts';
import type { RegistryInterest } from './interests.ts';

const hive = openHive(
  hiveFromPaths({
    'A\\B': [dword('one', 1), dword('two', 2)],
    'A\\B\\C': [dword('One', 3), dword('three', 3)],
    'A\\B\\C\\D': [dword('one', 4)],
    'A\\X\\C': [dword('one', 5)],
    'A\\X\\Y': [dword('one', 6)],
    Other: [dword('one', 7)],
  }),
);

/** `path\value` of all values, and `path\` of keys without any. */
function paths(key: RegistryKey, path = ''): string[] {
  const values = key.values?.map(({ name }) => path + name) ?? [];
  const below = key.keys?.flatMap((child) => paths(child, `${path}${child.name}\\`)) ?? [];
  return values.length + below.length === 0 ? [path] : [...values, ...below];
}

function taken(...interests: Omit<RegistryInterest, 'hive'>[]): string[] {
  const root = extractKeys(
    hive,
    'SOFTWARE',
    interests.map((each) => ({ hive: 'SOFTWARE', ...each })),
  );
  return paths(root).sort();
}

describe('an interest', () => {
  test.each<[string, Omit<RegistryInterest, 'hive'>, string[]]>([
    ['of depth 0', { path: 'a\\b', depth: 0 }, ['A\\B\\one', 'A\\B\\two']],
    ['of depth 1', { path: 'A\\B', depth: 1 }, ['A\\B\\one', 'A\\B\\two', 'A\\B\\C\\One', 'A\\B\\C\\three']],
    [
      'in some values',
      { path: 'A\\B', depth: 2, values: ['ONE'] },
      ['A\\B\\one', 'A\\B\\C\\One', 'A\\B\\C\\D\\one'],
    ],
    ['in values that are not there', { path: 'A\\B', depth: 1, values: ['none'] }, ['A\\B\\C\\']],
    ['in any name', { path: 'A\\*\\C', depth: 0, values: ['one'] }, ['A\\B\\C\\One', 'A\\X\\C\\one']],
    ['in a key that is not there', { path: 'A\\Z\\C', depth: 3 }, ['']],
  ])('%s', (_, interest, expected) => {
    expect(taken(interest)).toEqual(expected.sort());
  });

  test('in another hive takes nothing', () => {
    expect(extractKeys(hive, 'SYSTEM', [{ hive: 'SOFTWARE', path: 'A', depth: 9 }])).toEqual({
      name: 'ROOT',
    });
  });
});

describe('interests that overlap', () => {
  test('a key and one below it', () => {
    const [upper, lower] = [
      { path: 'A\\B', depth: 1, values: ['one'] },
      { path: 'A\\B\\C', depth: 0, values: ['three'] },
    ];
    const both = ['A\\B\\C\\One', 'A\\B\\C\\three', 'A\\B\\one'];
    expect(taken(upper, lower)).toEqual(both);
    expect(taken(lower, upper)).toEqual(both);
  });

  test('two in the same key', () => {
    const two = [
      { path: 'A\\B', depth: 0, values: ['one'] },
      { path: 'a\\b', depth: 0, values: ['two'] },
    ];
    expect(taken(...two)).toEqual(['A\\B\\one', 'A\\B\\two']);
  });

  test('a name and any name', () => {
    const two = [
      { path: 'A\\X\\Y', depth: 0 },
      { path: 'A\\*\\C', depth: 0, values: ['one'] },
    ];
    expect(taken(...two)).toEqual(['A\\B\\C\\One', 'A\\X\\C\\one', 'A\\X\\Y\\one']);
  });
});

describe('a differencing hive', () => {
  const interests: RegistryInterest[] = [{ hive: 'SOFTWARE', path: 'A\\B\\C', depth: 0 }];
  const extracted = (options: Parameters<typeof hiveFromPaths>[1], paths = {}): RegistryKey =>
    extractKeys(openHive(hiveFromPaths(paths, { layered: true, ...options })), 'SOFTWARE', interests);

  test.each(['tombstone', 'supersede-local', 'supersede-tree'] as const)(
    'keeps a key above an interesting one that is %s',
    (semantics) => {
      expect(extracted({ semantics: { 'A\\B': semantics } })).toEqual({
        name: 'ROOT',
        keys: [{ name: 'A', keys: [{ name: 'B', semantics }] }],
      });
    },
  );

  test('drops what only leads elsewhere', () => {
    expect(extracted({ semantics: { 'A\\Z': 'tombstone', 'A\\B\\Z': 'tombstone' } })).toEqual({
      name: 'ROOT',
    });
  });

  test('keeps tombstones of values, with the data of others', () => {
    expect(extracted({}, { 'A\\B\\C': [tombstone('gone'), sz('here', 'text')] })).toEqual({
      name: 'ROOT',
      keys: [
        {
          name: 'A',
          keys: [
            {
              name: 'B',
              keys: [
                {
                  name: 'C',
                  values: [
                    { name: 'gone', type: 0, tombstone: true },
                    { name: 'here', type: 1, data: 'text' },
                  ],
                },
              ],
            },
          ],
        },
      ],
    });
  });

  test('has a root that merges, whatever it says', () => {
    expect(extracted({ semantics: { '': 'tombstone' } })).toEqual({ name: 'ROOT' });
    const all = openHive(hiveFromPaths({ A: [] }, { layered: true, semantics: { '': 'supersede-tree' } }));
    expect(extractAll(all)).toEqual({ name: 'ROOT', keys: [{ name: 'A' }] });
  });
});

test('all of it', () => {
  expect(paths(extractAll(hive))).toHaveLength(8);
});
