import { gunzipSync, gzipSync, inflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { chooseEncoding, encodeBody } from './content-encoding.ts';

describe('what a client accepts', () => {
  test.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip, deflate', 'gzip'],
    ['deflate, gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['deflate', 'deflate'],
    ['gzip;q=0.1, deflate;q=0.9', 'deflate'],
    ['gzip;q=0, deflate', 'deflate'],
    ['gzip;q=0', 'identity'],
    ['br', 'identity'],
    ['*', 'gzip'],
    ['*;q=0', undefined],
    ['identity;q=0', undefined],
    ['identity;q=0, br', undefined],
    ['identity;q=0, *', 'gzip'],
    ['*;q=0, deflate;q=0.5', 'deflate'],
    ['*;q=0, identity', 'identity'],
    ['gzip;q=0.5, identity', 'identity'],
    ['gzip;q=nonsense', 'identity'],
    [',, ;q=1,', 'identity'],
  ])('%j is answered with %s', (header, encoding) => {
    expect(chooseEncoding(header)).toBe(encoding);
  });
});

describe('a body', () => {
  const text = 'Windows Server 2022 '.repeat(1000);
  const body = {
    plain: [Buffer.from(text.slice(0, 5000)), Buffer.from(text.slice(5000))],
    plainBytes: text.length,
  };

  test('is compressed from its pieces', async () => {
    const deflated = await encodeBody(body, 'deflate');
    const bytes = Buffer.concat(deflated.pieces);
    expect(inflateRawSync(bytes).toString()).toBe(text);
    expect(deflated.bytes).toBe(bytes.length);
    expect(gunzipSync(Buffer.concat((await encodeBody(body, 'gzip')).pieces)).toString()).toBe(text);
  });

  test('that is compressed already goes out as the same pieces', async () => {
    const gzip = [gzipSync(text.slice(0, 5000)), gzipSync(text.slice(5000))];
    const encoded = await encodeBody({ ...body, gzip, gzipBytes: 123 }, 'gzip');
    expect(encoded.pieces).toBe(gzip);
    expect(encoded.bytes).toBe(123);
  });

  test('that is small stays as it is', async () => {
    const small = { plain: [Buffer.from('{}')], plainBytes: 2 };
    expect(await encodeBody(small, 'gzip')).toEqual({ encoding: 'identity', pieces: small.plain, bytes: 2 });
  });
});
