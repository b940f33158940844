// Places of elements, and files that are no XML or too deep.
import { expect, test } from 'vitest';
import { walkXml } from './walk-xml.ts';

function placesOf(xml: string): string[] {
  const places: string[] = [];
  walkXml(
    Buffer.from(xml),
    (place, attributes) => places.push([place, ...Object.values(attributes)].join(' ')),
    (reason) => new RangeError(reason),
  );
  return places;
}

test('each element once, by local names from the root, with its attributes', () => {
  const xml = '<p:a xmlns:p="urn:x"><b c="1&amp;2"/>text<p:b><c/></p:b></p:a>';
  expect(placesOf(xml)).toEqual(['a urn:x', 'a/b 1&2', 'a/b', 'a/b/c']);
});

test('the error is the one asked for', () => {
  expect(() => placesOf('<a>')).toThrow(RangeError);
  expect(() => placesOf('<a>')).toThrow(/not well-formed XML or cut off: .*unclosed tag/);
});

test('64 levels are read; millions end at the next', () => {
  expect(placesOf('<a>'.repeat(64) + '</a>'.repeat(64))).toHaveLength(64);
  expect(() => placesOf('<a>'.repeat(5_000_000))).toThrow('its elements nest more than 64 deep');
});
