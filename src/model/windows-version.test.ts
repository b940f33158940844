// Windows versions: read and written.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatWindowsVersion, parseWindowsVersion } from './windows-version.ts';

test('written and read again', () => {
  const number = fc.nat(999_999);
  fc.assert(
    fc.property(number, number, (build, revision) => {
      expect(parseWindowsVersion(formatWindowsVersion({ build, revision }))).toEqual({ build, revision });
    }),
  );
});

test('space around is passed over', () => {
  expect(parseWindowsVersion(' 10.0.20348.2322\n')).toEqual({ build: 20348, revision: 2322 });
});

test.each(['', '10.0.20348', '6.3.9600.22318', '10.0.20348.2322.1', '10.0.20348.x', '8.0.27', '110.0.1.1'])(
  '%j is none',
  (text) => {
    expect(parseWindowsVersion(text)).toBeUndefined();
  },
);
