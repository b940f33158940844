// Which failures are for good, and how they are told.
import { expect, test } from 'vitest';
import { CompressionError } from '../../formats/compression/compression-error.ts';
import { TarError } from '../../formats/tar/tar-error.ts';
import { ImageError, type ImageErrorCode } from '../../images/image-error.ts';
import { LayerError } from '../../layers/layer-error.ts';
import { layerFailure } from './layer-failure.ts';

const WHERE = 'layer sha256:0123456789ab from quay.example';
const inLayer = (cause: Error) => new LayerError('UNREADABLE', `${WHERE}: ${cause.message}`, { cause });
const network = (code: ImageErrorCode) => inLayer(new ImageError(code, 'it fails'));

test.each<[unknown, string]>([
  [inLayer(new TarError('BAD_CHECKSUM', 0, 'bad')), 'IMPOSSIBLE'],
  [inLayer(new TarError('TRUNCATED', 0, 'bad')), 'IMPOSSIBLE'],
  [inLayer(new CompressionError('CORRUPT', 'bad')), 'IMPOSSIBLE'],
  [inLayer(new TarError('TOO_MANY_ENTRIES', 0, 'many')), 'OVER_LIMIT'],
  [inLayer(new CompressionError('RATIO', 'bomb')), 'OVER_LIMIT'],
  [new LayerError('HOSTILE_PATH', 'climbs out'), 'OVER_LIMIT'],
  [new LayerError('TOO_LARGE', 'too large'), 'OVER_LIMIT'],
  [new LayerError('DIGEST_MISMATCH', 'other bytes'), 'NOT_THERE'],
  [network('BLOB_MISSING'), 'NOT_THERE'],
  [network('REFUSED_ADDRESS'), 'NOT_THERE'],
  [network('UNAUTHORIZED'), 'NOT_NOW'],
  [network('UNREACHABLE'), 'NOT_NOW'],
  [network('UNTRUSTED'), 'NOT_NOW'],
  [network('RATE_LIMITED'), 'NOT_NOW'],
  [new Error('a fault of ours'), 'NOT_NOW'],
])('%s', (error, code) => {
  expect(layerFailure(WHERE, error)).toMatchObject({ code });
});

test('it is told once where, in ASCII, in some length, with the advice that fits a service', () => {
  const error = inLayer(new ImageError('UNTRUSTED', `ünknown… name it by --cacert FILE ${'x'.repeat(5000)}`));
  const { message } = layerFailure(WHERE, error);
  expect(message).toMatch(
    /^layer sha256:0123456789ab from quay\.example: \?nknown\.\.\. name it by clearstory\.ca_file x+\.\.\.$/,
  );
  expect(message.length).toBeLessThanOrEqual(600);
  expect(layerFailure(WHERE, new Error('plain')).message).toBe(`${WHERE}: plain`);
});
