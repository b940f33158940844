// Flags that choose among images.
import { expect, test } from 'vitest';
import { readSelection, type SelectionOptions } from './selection-options.ts';

test.each<[SelectionOptions, object]>([
  [{}, {}],
  [{ all: true }, { all: true }],
  [{ latestOf: '20348' }, { latestOf: 20348 }],
  [{ platform: 'windows/amd64' }, { platform: { os: 'windows', architecture: 'amd64' } }],
  [{ osVersion: '10.0.20348.*' }, { platform: { os: 'windows', osVersion: '10.0.20348.*' } }],
  [
    { platform: 'windows/arm64', osVersion: '10.0.26100.1', all: true },
    { platform: { os: 'windows', architecture: 'arm64', osVersion: '10.0.26100.1' }, all: true },
  ],
])('%j', (options, expected) => {
  expect(readSelection(options)).toEqual(expected);
});

test.each<[SelectionOptions, RegExp]>([
  [{ latestOf: 'ltsc2022' }, /name a build, such as 20348/],
  [{ latestOf: '-1' }, /name a build/],
  [{ platform: 'windows:10.0.1.1', osVersion: '10.0.1.2' }, /give one of them/],
  [{ osVersion: 'ltsc2022' }, /is not a platform/],
  [{ platform: 'windows 11' }, /is not a platform/],
])('%j is refused', (options, words) => {
  expect(() => readSelection(options)).toThrow(words);
});
