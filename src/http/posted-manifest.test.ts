import { describe, expect, test } from 'vitest';
import { readDigests, readManifest } from './posted-manifest.ts';

const A = `sha256:${'a'.repeat(64)}`;
const B = `sha512:${'b'.repeat(128)}`;
const layer = { hash: A, uri: 'https://registry.example/blob', headers: { Accept: ['application/gzip'] } };

const read = (value: unknown, maxLayers = 10) => readManifest(Buffer.from(JSON.stringify(value)), maxLayers);

describe('a posted manifest', () => {
  test('is taken as Quay sends it, whatever else stands in it', () => {
    const manifest = read({ hash: A, layers: [{ ...layer, media_type: 'x' }, layer], labels: null });
    expect(manifest).toEqual({ hash: A, layers: [layer, layer] });
  });

  test('may have digests in any case and lack what is optional', () => {
    const manifest = read({
      hash: B.toUpperCase().replace('SHA', 'sha'),
      layers: [{ hash: A, headers: null }],
    });
    expect(manifest).toEqual({ hash: B, layers: [{ hash: A, uri: '', headers: {} }] });
  });

  test.each([
    ['no object', [A]],
    ['no hash', { layers: [layer] }],
    ['no layers', { hash: A }],
    ['an empty list of layers', { hash: A, layers: [] }],
    ['layers of another kind', { hash: A, layers: 'many' }],
    ['a digest too short', { hash: A.slice(0, -1), layers: [layer] }],
    ['a digest of another algorithm', { hash: `md5:${'a'.repeat(32)}`, layers: [layer] }],
    ['a layer without digest', { hash: A, layers: [{ uri: layer.uri }] }],
    ['a layer that is null', { hash: A, layers: [null] }],
    ['an address that is no text', { hash: A, layers: [{ ...layer, uri: 7 }] }],
    ['headers that are no lists', { hash: A, layers: [{ ...layer, headers: { Accept: 'x' } }] }],
    ['a header that holds another', { hash: A, layers: [{ ...layer, headers: { A: ['x\r\nHost: evil'] } }] }],
    ['a header without a name', { hash: A, layers: [{ ...layer, headers: { '': ['x'] } }] }],
  ])('is refused with %s', (_what, value) => {
    expect(() => read(value)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  test('is refused with too many layers', () => {
    expect(() => read({ hash: A, layers: Array(11).fill(layer) })).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE' }),
    );
  });

  test('is refused when it is no JSON, and nothing of it is repeated', () => {
    const secret = 'eyJhbGciOiJIUzI1NiJ9';
    for (const body of ['', '{', `{"hash":"${secret}`, Buffer.from([0x22, 0xff, 0x22])]) {
      expect(() => readManifest(Buffer.from(body), 10)).toThrow(
        expect.objectContaining({ code: 'BAD_REQUEST', message: expect.not.stringContaining(secret) }),
      );
    }
  });

  test('cannot change the prototype of anything', () => {
    const body = `{"hash":"${A}","layers":[{"hash":"${A}","uri":"","headers":{"__proto__":["x"]}}]}`;
    const { layers } = readManifest(Buffer.from(body), 10);
    expect(Object.keys(layers[0]?.headers ?? {})).toEqual(['__proto__']);
  });
});

describe('digests to delete', () => {
  test('are an array', () => {
    expect(readDigests(Buffer.from(JSON.stringify([A, B])))).toEqual([A, B]);
    for (const body of ['null', '{}', '["x"]', '[1]', 'x']) {
      expect(() => readDigests(Buffer.from(body))).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    }
  });
});
