// Values against schemas: the first fault, its path, and in which words.
import { expect, test } from 'vitest';
import { formatPath, type JsonSchema, SchemaCheck } from './json-schema.ts';

const SCHEMA: JsonSchema = {
  type: 'object',
  required: ['list', 'day'],
  properties: {
    list: { type: 'array', minItems: 1, items: { $ref: '#/$defs/item' } },
    day: { anyOf: [{ type: 'string', format: 'date' }, { type: 'null' }] },
    time: { type: ['string', 'null'], format: 'date-time' },
    version: { const: 1 },
  },
  $defs: {
    item: {
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', pattern: '^a' },
        word: { enum: ['x', 'y', null] },
        part: { type: 'number', minimum: 0, maximum: 1 },
        deep: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/item' }] },
      },
    },
  },
};

const fault = (value: unknown, optional?: ReadonlySet<string>): string | undefined => {
  const found = new SchemaCheck(SCHEMA, optional).firstFault(value);
  return found && `${formatPath(found.path)} ${found.what}`;
};

test('what the schema describes has none, also with members that it does not speak of', () => {
  const item = { name: 'a', word: null, part: 0.5, deep: { name: 'ab', more: true } };
  expect(
    fault({ list: [item], day: null, time: '2026-12-31T10:11:12.5Z', version: 1, other: [] }),
  ).toBeUndefined();
});

test.each<[unknown, string]>([
  [7, ' must be an object'],
  [[], ' must be an object'],
  [{ list: [{ name: 'a' }] }, 'day is missing'],
  [{ list: [], day: null }, 'list must have 1 or more'],
  [{ list: [null], day: null }, 'list[0] must be an object'],
  [{ list: [{ name: 'a' }, {}], day: null }, 'list[1].name is missing'],
  [{ list: [{ name: 1 }], day: null }, 'list[0].name must be a text'],
  [{ list: [{ name: 'b' }], day: null }, 'list[0].name must be of the form ^a'],
  [{ list: [{ name: 'a', word: 'z' }], day: null }, 'list[0].word must be one of "x", "y", null'],
  [{ list: [{ name: 'a', part: -1 }], day: null }, 'list[0].part must not be below 0'],
  [{ list: [{ name: 'a', part: 2 }], day: null }, 'list[0].part must not be above 1'],
  [{ list: [{ name: 'a', deep: { name: 'x' } }], day: null }, 'list[0].deep.name must be of the form ^a'],
  [{ list: [{ name: 'a', deep: 1 }], day: null }, 'list[0].deep must be null or an object'],
  [{ list: [{ name: 'a' }], day: '2026-13-01' }, 'day must be a day, as in 2026-12-31 or null'],
  [{ list: [{ name: 'a' }], day: 1 }, 'day must be a text or null'],
  [{ list: [{ name: 'a' }], day: null, time: 'today' }, 'time must be a time, as in 2026-12-31T00:00:00Z'],
  [{ list: [{ name: 'a' }], day: null, version: 2 }, 'version must be 1'],
])('%j: %s', (value, message) => {
  expect(fault(value)).toBe(message);
});

test('members that may be missing still have to be right', () => {
  const optional = new Set(['day']);
  expect(fault({ list: [{ name: 'a' }] }, optional)).toBeUndefined();
  expect(fault({ list: [{ name: 'a' }], day: 1 }, optional)).toBe('day must be a text or null');
});
