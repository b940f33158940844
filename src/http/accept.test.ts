import { describe, expect, test } from 'vitest';
import { chooseMediaType } from './accept.ts';

const VENDOR = 'application/vnd.clair.index_report.v1+json';
const OFFERED = [VENDOR, 'application/json'];

describe('the media type', () => {
  test.each([
    [undefined, VENDOR],
    ['', VENDOR],
    ['*/*', VENDOR],
    ['application/*', VENDOR],
    ['application/json', 'application/json'],
    ['APPLICATION/JSON', 'application/json'],
    ['application/json; charset=utf-8', 'application/json'],
    ['text/html, application/json;q=0.9, */*;q=0.1', 'application/json'],
    ['application/json;q=0.5, */*;q=0.9', VENDOR],
    ['application/json;q=0', undefined],
    ['text/html', undefined],
    ['text/*, image/png', undefined],
  ])('for %j is %s', (accept, mediaType) => {
    expect(chooseMediaType(accept, OFFERED)).toBe(mediaType);
  });

  test.each(['nonsense', 'a/b/c', 'application/json;q=2', 'application/json;q=x', '/json', 'té/xt'])(
    'cannot be chosen by %j',
    (accept) => {
      expect(() => chooseMediaType(accept, OFFERED)).toThrow(
        expect.objectContaining({ code: 'BAD_REQUEST' }),
      );
    },
  );
});
