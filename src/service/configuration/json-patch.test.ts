// The examples of RFC 6902, appendix A, and operations that must be refused.
import { describe, expect, test } from 'vitest';
import { applyJsonPatch, JsonPatchError } from './json-patch.ts';
import type { JsonValue } from './json-value.ts';

/** Title, document, patch, result. */
const EXAMPLES: readonly (readonly [string, JsonValue, JsonValue, JsonValue])[] = [
  ['adds a member', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { baz: 'qux', foo: 'bar' }],
  [
    'adds to a list',
    { foo: ['bar', 'baz'] },
    [{ op: 'add', path: '/foo/1', value: 'qux' }],
    { foo: ['bar', 'qux', 'baz'] },
  ],
  ['removes a member', { baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
  [
    'removes from a list',
    { foo: ['bar', 'qux', 'baz'] },
    [{ op: 'remove', path: '/foo/1' }],
    { foo: ['bar', 'baz'] },
  ],
  [
    'replaces',
    { baz: 'qux', foo: 'bar' },
    [{ op: 'replace', path: '/baz', value: 'boo' }],
    { baz: 'boo', foo: 'bar' },
  ],
  [
    'moves a member',
    { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
    [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
    { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
  ],
  [
    'moves in a list',
    { foo: ['all', 'grass', 'cows', 'eat'] },
    [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
    { foo: ['all', 'cows', 'eat', 'grass'] },
  ],
  [
    'tests and goes on',
    { baz: 'qux', foo: ['a', 2, 'c'] },
    [
      { op: 'test', path: '/baz', value: 'qux' },
      { op: 'test', path: '/foo/1', value: 2 },
    ],
    { baz: 'qux', foo: ['a', 2, 'c'] },
  ],
  [
    'adds a whole object',
    { foo: 'bar' },
    [{ op: 'add', path: '/child', value: { grandchild: {} } }],
    { foo: 'bar', child: { grandchild: {} } },
  ],
  [
    'passes over unknown members',
    { foo: 'bar' },
    [{ op: 'add', path: '/baz', value: 'qux', xyz: 123 }],
    { foo: 'bar', baz: 'qux' },
  ],
  [
    'reads ~0 and ~1',
    { '/': 9, '~1': 10 },
    [
      { op: 'test', path: '/~01', value: 10 },
      { op: 'test', path: '/~1', value: 9 },
    ],
    { '/': 9, '~1': 10 },
  ],
  [
    'adds to the end of a list',
    { foo: ['bar'] },
    [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }],
    { foo: ['bar', ['abc', 'def']] },
  ],
  [
    'copies',
    { a: { b: 1 } },
    [
      { op: 'copy', from: '/a', path: '/c' },
      { op: 'replace', path: '/c/b', value: 2 },
    ],
    { a: { b: 1 }, c: { b: 2 } },
  ],
  ['replaces the document', { a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }], { b: 2 }],
  [
    'tests regardless of the order of keys',
    { a: { x: 1, y: [{}] } },
    [{ op: 'test', path: '/a', value: { y: [{}], x: 1 } }],
    { a: { x: 1, y: [{}] } },
  ],
  ['adds null', {}, [{ op: 'add', path: '/a', value: null }], { a: null }],
];

test.each(EXAMPLES)('%s', (_, document, patch, result) => {
  const before = structuredClone(document);
  expect(applyJsonPatch(document, patch)).toEqual(result);
  expect(document).toEqual(before);
});

describe('refused, with the number of the operation', () => {
  test.each<[string, JsonValue]>([
    ['a test that fails', { op: 'test', path: '/baz', value: 'bar' }],
    ['a test of text against a number', { op: 'test', path: '/list/0', value: '1' }],
    ['a parent that is not there', { op: 'add', path: '/none/bat', value: 'qux' }],
    ['removing what is not there', { op: 'remove', path: '/none' }],
    ['replacing what is not there', { op: 'replace', path: '/none', value: 1 }],
    ['a position past the end', { op: 'add', path: '/list/3', value: 1 }],
    ['a position with a leading zero', { op: 'remove', path: '/list/00' }],
    ['the end of a list where something must be', { op: 'remove', path: '/list/-' }],
    ['a value below a text', { op: 'add', path: '/baz/x', value: 1 }],
    ['what every object inherits', { op: 'copy', from: '/constructor', path: '/x' }],
    ['moving into itself', { op: 'move', from: '/list', path: '/list/0' }],
    ['no value', { op: 'add', path: '/x' }],
    ['no path', { op: 'add', value: 1 }],
    ['a path without its slash', { op: 'add', path: 'x', value: 1 }],
    ['no from', { op: 'copy', path: '/x' }],
    ['an unknown operation', { op: 'spam', path: '/baz' }],
    ['a text for an operation', 'remove /baz'],
  ])('%s', (_, operation) => {
    const document = { baz: 'qux', list: [1, 2] };
    const patch = [{ op: 'test', path: '/baz', value: 'qux' }, operation];
    expect(() => applyJsonPatch(document, patch)).toThrow(JsonPatchError);
    expect(() => applyJsonPatch(document, patch)).toThrow(expect.objectContaining({ index: 1 }));
  });

  test('what is no list', () => {
    expect(() => applyJsonPatch({}, { op: 'add', path: '/a', value: 1 })).toThrow(/not a list/);
  });
});

test('a key named __proto__ stays a key', () => {
  const result = applyJsonPatch({}, [{ op: 'add', path: '/__proto__', value: { polluted: true } }]);
  expect(Object.keys(result as object)).toEqual(['__proto__']);
  expect((result as { polluted?: boolean }).polluted).toBeUndefined();
});
