import { expect, test } from 'vitest';
import { parseJson, placeOf } from './json-text.ts';

test('what is JSON is parsed', () => {
  expect(parseJson('{"a": [1, "x"]}')).toEqual({ a: [1, 'x'] });
});

test.each([
  ['{"a": 1,\n  oops}', '2:3: there is a word that JSON does not have'],
  ['{"a": }', '1:7: a value is missing'],
  ['{"a": 1,\n}', '2:1: the name of a member is missing, in double quotes'],
  ['{"a" 1}', '1:6: a colon is missing'],
  ['[1\n2]', '2:1: a comma is missing'],
  ['{"a": [1, 2', '1:12: a closing bracket is missing; is the file cut off?'],
  ['{"a": "bc', '1:7: a text does not end; is the file cut off?'],
  ['[1] // why', '1:5: there is a comment, which JSON does not have'],
  ['{} {}', '1:4: there is more after the end'],
  ['', '1:1: a value is missing'],
])('%j: %s', (text, message) => {
  expect(() => parseJson(text)).toThrow(new RegExp(`^${message.replace(/[?]/g, '\\$&')}$`));
});

test('members and elements have places; what is missing has that of what it is missing in', () => {
  const text = '{"list": [\n  {"name": "a"},\n  {"name": "b"}\n]}';
  expect(placeOf(text, ['list', 1, 'name'])).toBe('3:12');
  expect(placeOf(text, ['list', 1, 'other', 'deeper'])).toBe('3:3');
  expect(placeOf(text, ['nothing'])).toBe('1:1');
  expect(placeOf(text, [])).toBe('1:1');
});

test('a byte order mark is passed over, and counts for no place', () => {
  expect(parseJson('\ufeff{"a": 1}')).toEqual({ a: 1 });
  expect(() => parseJson('\ufeff{"a": }')).toThrow(/^1:7: /);
  expect(placeOf('\ufeff{"a": 1}', ['a'])).toBe('1:7');
});

test.each([
  ['with a mark', Buffer.from('\ufeff{"a": 1}', 'utf16le')],
  ['without', Buffer.from('{"a": 1}', 'utf16le')],
  ['with the bytes swapped', Buffer.from('\ufeff{"a": 1}', 'utf16le').swap16()],
])('UTF-16 %s is named', (_, bytes) => {
  expect(() => parseJson(bytes.toString('utf8'))).toThrow(/^1:1: it is UTF-16; save it as UTF-8$/);
});
