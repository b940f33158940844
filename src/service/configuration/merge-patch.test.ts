// The examples of RFC 7386, and names that JavaScript takes for something else.
import { expect, test } from 'vitest';
import type { JsonValue } from './json-value.ts';
import { mergePatch } from './merge-patch.ts';

/** RFC 7386, appendix A: original, patch, result. */
const EXAMPLES: readonly (readonly [JsonValue, JsonValue, JsonValue])[] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

test.each(EXAMPLES)('%j with %j', (original, patch, result) => {
  expect(mergePatch(original, patch)).toEqual(result);
});

test('a key named __proto__ stays a key', () => {
  const patch = JSON.parse('{"__proto__": {"polluted": true}}') as JsonValue;
  const merged = mergePatch({}, patch);
  expect(Object.keys(merged as object)).toEqual(['__proto__']);
  expect((merged as { polluted?: boolean }).polluted).toBeUndefined();
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
