import { describe, expect, test } from 'vitest';
import { DigestError, digestHex, digestOf, parseDigest, readPostedDigest } from './digest.ts';

/** Of the empty string, from FIPS 180-4's usual examples. */
const EMPTY = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

function failure(text: string): unknown {
  try {
    return parseDigest(text);
  } catch (error) {
    return error;
  }
}

describe('digest', () => {
  test('digestOf names bytes by SHA-256', () => {
    expect(digestOf(new Uint8Array())).toBe(EMPTY);
    expect(digestHex(digestOf(new Uint8Array()))).toBe(EMPTY.slice(7));
  });

  test('parseDigest accepts SHA-256', () => {
    expect(parseDigest(EMPTY)).toBe(EMPTY);
  });

  test.each([`sha512:${'a'.repeat(128)}`, `sha384:${'a'.repeat(96)}`, 'tarsum.v1+sha256:abc'])(
    '%s is of an unsupported algorithm',
    (text) => {
      expect(failure(text)).toBeInstanceOf(DigestError);
      expect(failure(text)).toMatchObject({
        code: 'UNSUPPORTED_ALGORITHM',
        message: expect.stringMatching(/only sha256/),
      });
    },
  );

  test.each([
    '',
    'latest',
    'sha256:',
    `${EMPTY}0`,
    EMPTY.slice(0, -1),
    EMPTY.toUpperCase(),
    `${EMPTY}\n`,
    'sha256:../../../../etc/passwd',
  ])('%j is no digest', (text) => {
    expect(failure(text)).toMatchObject({ code: 'INVALID_DIGEST' });
  });

  test('readPostedDigest takes both algorithms in any case, and nothing else', () => {
    const long = `SHA512:${'Ab'.repeat(64)}`;
    expect(readPostedDigest(EMPTY.toUpperCase())).toBe(EMPTY);
    expect(readPostedDigest(long)).toBe(long.toLowerCase());
    expect(digestHex(readPostedDigest(long)!)).toHaveLength(128);
    for (const text of [
      '',
      `${EMPTY}\n`,
      EMPTY.slice(0, -1),
      `sha512:${'a'.repeat(64)}`,
      `sha384:${'a'.repeat(96)}`,
    ]) {
      expect(readPostedDigest(text)).toBeUndefined();
    }
  });
});
