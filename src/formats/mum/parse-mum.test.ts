// Servicing manifests as servicing tools write them, and damaged ones.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildMum } from '../../../test/builders/mum.ts';
import { MumError } from './mum-error.ts';
import { parseMum } from './parse-mum.ts';

const parse = (text: string, encoding: BufferEncoding = 'utf8') => parseMum(Buffer.from(text, encoding));

test('identity, update and parts; what it applies to is no part', () => {
  const mum = buildMum({
    name: 'Package_for_RollupFix',
    version: '20348.2322.1.8',
    identifier: 'KB5034129',
    releaseType: 'Security Update',
    children: [
      ['Package_1_for_KB5034129', '10.0.1.8'],
      ['Package_2_for_KB5034129', '10.0.1.8'],
    ],
  });
  expect(parse(mum)).toEqual({
    identity: 'Package_for_RollupFix~31bf3856ad364e35~amd64~~20348.2322.1.8',
    identifier: 'KB5034129',
    releaseType: 'Security Update',
    children: [
      'Package_1_for_KB5034129~31bf3856ad364e35~amd64~~10.0.1.8',
      'Package_2_for_KB5034129~31bf3856ad364e35~amd64~~10.0.1.8',
    ],
  });
});

test('a language stays in the identity', () => {
  expect(parse(buildMum({ name: 'X', version: '1.0', language: 'en-US' })).identity).toBe(
    'X~31bf3856ad364e35~amd64~en-US~1.0',
  );
});

test.each([
  ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${buildMum()}`, 'utf8')],
  ['UTF-16', Buffer.from(`\ufeff${buildMum().replace('utf-8', 'utf-16')}`, 'utf16le')],
])('%s', (_what, bytes) => {
  expect(parseMum(bytes).identity).toContain('Package_for_KB5000001~');
});

describe('what is no manifest', () => {
  test.each([
    ['', 'MALFORMED'],
    ['not XML', 'MALFORMED'],
    [buildMum().slice(0, 300), 'MALFORMED'],
    ['<unattend/>', 'NOT_MUM'],
    ['<assembly><package identifier="KB5000001"/></assembly>', 'NOT_MUM'],
    [buildMum().replace('</assembly>', '</assembly><!--'), 'MALFORMED'],
  ])('%j: %s', (text, code) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code }));
  });

  test('any bytes give a manifest or a MumError', () => {
    const valid = Buffer.from(buildMum({ identifier: 'KB5000001', children: [['P', '1']] }));
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.uint8Array({ minLength: 1, maxLength: 8 }), (at, noise) => {
        const bytes = Buffer.from(valid);
        bytes.set(noise.subarray(0, bytes.length - at), at);
        try {
          expect(parseMum(bytes).identity).toMatch(/~.*~.*~.*~/);
        } catch (error) {
          expect(error).toBeInstanceOf(MumError);
        }
      }),
    );
  });
});
