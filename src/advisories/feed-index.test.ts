// The list of documents: read, or refused as a whole.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AdvisoriesError } from './advisories-error.ts';
import { parseFeedIndex } from './feed-index.ts';

function parse(text: string): unknown {
  return parseFeedIndex(Buffer.from(text), 'the index');
}

test('IDs and dates', () => {
  const value = [
    { ID: '2026-Jun', CurrentReleaseDate: '2026-06-10T08:00:00Z', Alias: 'x' },
    { ID: '2018-FEB' },
  ];
  expect(parse(JSON.stringify({ value }))).toEqual([
    { id: '2026-Jun', released: '2026-06-10T08:00:00Z' },
    { id: '2018-FEB', released: '' },
  ]);
});

test.each([
  ['empty list', '{"value":[]}'],
  ['no list', '{"value":{}}'],
  ['null', 'null'],
  ['HTML', '<html></html>'],
  ['cut', '{"value":[{"ID":"2026-Jun"}'],
  ['null item', '{"value":[null]}'],
  ['number as ID', '{"value":[{"ID":7}]}'],
  ['an ID that leaves the folder', '{"value":[{"ID":"../../etc/passwd"}]}'],
])('%s: FEED_UNREADABLE', (_, text) => {
  expect(() => parse(text)).toThrow(
    expect.objectContaining({ code: 'FEED_UNREADABLE', message: expect.stringContaining('the index') }),
  );
});

test('any JSON: a list or an AdvisoriesError', () => {
  const items = fc.array(fc.oneof(fc.jsonValue(), fc.record({ ID: fc.jsonValue() })));
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.record({ value: items })), (value) => {
      try {
        parse(JSON.stringify(value));
      } catch (error) {
        expect(error).toBeInstanceOf(AdvisoriesError);
      }
    }),
  );
});
