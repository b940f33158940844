// Keys and values are found by path, without regard to case.
import { expect, test } from 'vitest';
import { findKey, findValue, numberOf, textOf } from './lookup.ts';
import { standalone } from './merge.ts';

const root = standalone(
  {
    name: 'ROOT',
    keys: [
      {
        name: 'Größe',
        keys: [
          {
            name: 'Inner',
            values: [
              { name: 'Text', type: 1, data: 'one' },
              { name: 'Empty', type: 1, data: '' },
              { name: 'Number', type: 4, data: 0 },
              { name: 'List', type: 7, data: ['one'] },
              { name: '', type: 1, data: 'default' },
            ],
          },
        ],
      },
    ],
  },
  3,
);

test('a key by its path', () => {
  expect(findKey(root, 'gRÖßE\\INNER')?.name).toBe('Inner');
  expect(findKey(root, 'Größe\\Inner\\Deeper')).toBeUndefined();
  expect(findKey(root, 'Nothing\\Inner')).toBeUndefined();
  expect(findKey(undefined, 'Größe')).toBeUndefined();
});

test('a value by its name, and only as what it is', () => {
  const key = findKey(root, 'Größe\\Inner');
  expect(findValue(key, 'TEXT')).toEqual({ name: 'Text', type: 1, data: 'one', layer: 3 });
  expect(textOf(key, 'text')).toBe('one');
  expect(textOf(key, '')).toBe('default');
  expect(textOf(key, 'Empty')).toBeUndefined();
  expect(textOf(key, 'Number')).toBeUndefined();
  expect(textOf(key, 'List')).toBeUndefined();
  expect(textOf(key, 'None')).toBeUndefined();
  expect(numberOf(key, 'number')).toBe(0);
  expect(numberOf(key, 'Text')).toBeUndefined();
  expect(numberOf(undefined, 'Number')).toBeUndefined();
});
