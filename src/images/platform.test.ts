import { describe, expect, test } from 'vitest';
import { ImageError } from './image-error.ts';
import { formatPlatform, matchesPlatform, parsePlatformFilter } from './platform.ts';

const SERVER_2022 = { os: 'windows', architecture: 'amd64', osVersion: '10.0.20348.2322' };

describe('platform filter', () => {
  test.each([
    ['windows', { os: 'windows' }],
    ['windows/amd64', { os: 'windows', architecture: 'amd64' }],
    ['windows:10.0.20348.*', { os: 'windows', osVersion: '10.0.20348.*' }],
    ['Windows/x86_64:10.0.20348.2322', SERVER_2022],
    ['linux/aarch64', { os: 'linux', architecture: 'arm64' }],
    ['windows/amd64:*', { os: 'windows', architecture: 'amd64', osVersion: '*' }],
  ])('%s', (text, filter) => {
    expect(parsePlatformFilter(text)).toEqual(filter);
  });

  test.each([
    '',
    '/',
    'windows/',
    'windows:',
    'windows/amd64:10.*.1',
    'windows/amd64/v8/x',
    'win dows',
    'windows:abc',
  ])('%j is refused', (text) => {
    expect(() => parsePlatformFilter(text)).toThrow(ImageError);
  });

  test.each([
    ['windows', true],
    ['linux', false],
    ['windows/amd64', true],
    ['windows/arm64', false],
    ['windows/amd64:10.0.20348.2322', true],
    ['windows/amd64:10.0.20348.*', true],
    ['windows:10.0.*', true],
    ['windows:*', true],
    ['windows:10.0.17763.*', false],
    ['windows:10.0.20348', false],
    ['windows:10.0.20348.232', false],
  ])('%s matches Server 2022: %s', (text, expected) => {
    expect(matchesPlatform(parsePlatformFilter(text), SERVER_2022)).toBe(expected);
  });

  test('a version matches nothing where none is known', () => {
    const unknown = { os: 'windows', architecture: 'amd64' };
    expect(matchesPlatform(parsePlatformFilter('windows:10.0.20348.*'), unknown)).toBe(false);
    expect(matchesPlatform(parsePlatformFilter('windows'), unknown)).toBe(true);
  });

  test('what is formatted can be read again', () => {
    expect(formatPlatform(SERVER_2022)).toBe('windows/amd64:10.0.20348.2322');
    expect(parsePlatformFilter(formatPlatform(SERVER_2022))).toEqual(SERVER_2022);
    expect(formatPlatform({ os: 'windows' })).toBe('windows');
  });
});
