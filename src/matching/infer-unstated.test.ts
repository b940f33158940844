// What --infer says where it finds nothing.
import { expect, test } from 'vitest';
import { buildInventory, buildOperatingSystem } from '../../test/builders/inventory.ts';
import { buildFinding } from '../../test/builders/report.ts';
import { inferenceNotices } from './infer-unstated.ts';

const NOW = new Date('2026-07-20T00:00:00Z');

const noticesOf = (build: number, type: 'Server Core' | 'Nano Server' = 'Server Core'): readonly string[] =>
  inferenceNotices(
    buildInventory({ os: buildOperatingSystem({ build, installationType: type }) }),
    [],
    NOW,
  ).map(({ message }) => message);

test('a release without a sibling is not known to be safe', () => {
  expect(noticesOf(25398)).toEqual([
    expect.stringMatching(
      /^--infer adds nothing: no release .* shares the code of Windows Server, version 23H2/,
    ),
  ]);
});

test('a release whose siblings list nothing more says which', () => {
  expect(noticesOf(18363)).toEqual([expect.stringContaining('Windows 10 1909, with the same code')]);
});

test.each([
  [20348, 'Server Core'],
  [14393, 'Nano Server'],
  [99999, 'Server Core'],
] as const)('%i, %s: Microsoft still lists it, or nobody knows it', (build, type) => {
  expect(noticesOf(build, type)).toEqual([]);
});

test('whatever was inferred speaks for itself', () => {
  const inventory = buildInventory({ os: buildOperatingSystem({ build: 19042 }) });
  expect(inferenceNotices(inventory, [buildFinding('CVE-2025-1')], NOW)).toEqual([]);
});
