// What a posted manifest may not ask for.
import { describe, expect, test } from 'vitest';
import type { ClairLayer } from '../../model/clair.ts';
import {
  distinctLayers,
  EMPTY_LAYER,
  layersWithContent,
  requestableManifest,
} from './requestable-manifest.ts';

const hash = `sha256:${'1'.repeat(64)}`;
const layer = (more: Partial<ClairLayer> = {}): ClairLayer => ({
  hash,
  uri: 'https://quay.example/v2/blob?X-Amz-Signature=secret',
  headers: {},
  ...more,
});
const requestable = (more: Partial<ClairLayer>) =>
  requestableManifest({ hash, layers: [layer(), layer(more)] });

describe('refused, without repeating what may be secret', () => {
  test.each<[string, Partial<ClairLayer>]>([
    ['no address', { uri: 'blob' }],
    ['a file', { uri: 'file:///etc/secret' }],
    ['another protocol', { uri: 'gopher://host/secret' }],
    ['a password', { uri: 'https://user:secret@host/' }],
    ['a long address', { uri: `https://host/${'secret'.repeat(3000)}` }],
    ['long headers', { headers: { Authorization: ['secret'.repeat(6000)] } }],
    [
      'many headers',
      { headers: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`x-${n}`, ['secret']])) },
    ],
  ])('%s', (_name, more) => {
    let error: unknown;
    try {
      requestable(more);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ name: 'ServiceError', code: 'BAD_REQUEST' });
    expect((error as Error).message).toMatch(/layer 1/);
    expect((error as Error).message).not.toContain('secret');
  });
});

test('headers keep their values under names in lower case; those of the connection are left out', () => {
  const headers = {
    Accept: ['application/gzip'],
    'X-Two': ['a'],
    'x-two': ['b'],
    Host: ['evil.example'],
    Range: ['bytes=0-0'],
    'Transfer-Encoding': ['chunked'],
    'Accept-Encoding': ['br'],
  };
  const { layers } = requestable({ headers, uri: 'http://10.0.0.1/blob' });
  expect(layers[1]).toEqual({
    hash,
    uri: 'http://10.0.0.1/blob',
    headers: { accept: ['application/gzip'], 'x-two': ['a', 'b'] },
  });
  expect(layers[0]).toEqual(layer());
});

test('a layer that is known already needs no address', () => {
  expect(requestable({ uri: '' }).layers[1]?.uri).toBe('');
});

test('empty layers and repetitions are passed over', () => {
  const other = layer({ hash: `sha256:${'2'.repeat(64)}` });
  const layers = [layer({ hash: EMPTY_LAYER }), layer(), other, layer({ hash: EMPTY_LAYER }), layer()];
  const content = layersWithContent({ hash, layers });
  expect(content).toEqual([layer(), other, layer()]);
  expect(distinctLayers(content)).toEqual([layer(), other]);
});
