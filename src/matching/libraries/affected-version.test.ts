// Whether a version is in the ranges of an OSV record.
import { describe, expect, test } from 'vitest';
import type { VersionEvent } from '../../model/library-advisories.ts';
import { affectedBy } from './affected-version.ts';
import { VERSION_ORDERS } from './version-order.ts';

const judge = (
  installed: string,
  ranges: readonly (readonly VersionEvent[])[],
  versions: readonly string[] = [],
) => affectedBy({ ranges, versions }, installed, VERSION_ORDERS.nuget);

const FIXED: readonly VersionEvent[] = [
  ['introduced', '0'],
  ['fixed', '1.0.1'],
  ['introduced', '2.0.0'],
  ['fixed', '2.3.0'],
];

test.each([
  ['0.1.0', '1.0.1'],
  ['1.0.0', '1.0.1'],
  ['1.0.1', undefined],
  ['1.9.9', undefined],
  ['2.0.0-rc.1', undefined],
  ['2.0.0', '2.3.0'],
  ['2.2.9', '2.3.0'],
  ['2.3.0', undefined],
])('%s: fixed in %s', (installed, fixedIn) => {
  const expected = fixedIn === undefined ? undefined : { fixedIn, uncertain: false };
  expect(judge(installed, [FIXED])).toEqual(expected);
  expect(judge(installed, [[...FIXED].reverse()]), 'events in any order').toEqual(expected);
});

describe('other ends of a range', () => {
  test.each([
    ['1.0.0', true],
    ['1.5.0', true],
    ['1.5.1', false],
  ])('last_affected 1.5.0: %s', (installed, isAffected) => {
    const range: VersionEvent[] = [
      ['introduced', '1.0.0'],
      ['last_affected', '1.5.0'],
    ];
    expect(judge(installed, [range])).toEqual(
      isAffected ? { fixedIn: undefined, uncertain: false } : undefined,
    );
  });

  test('limit, and no end at all', () => {
    expect(
      judge('2.0.0', [
        [
          ['introduced', '0'],
          ['limit', '2.0.0'],
        ],
      ]),
    ).toBeUndefined();
    expect(judge('99.0.0', [[['introduced', '0']]])).toEqual({ fixedIn: undefined, uncertain: false });
  });
});

test('several ranges: any is enough, the lowest fix above counts', () => {
  const ranges: VersionEvent[][] = [
    [
      ['introduced', '1.0.0'],
      ['fixed', '1.4.0'],
    ],
    [
      ['introduced', '1.2.0'],
      ['fixed', '1.3.0'],
    ],
  ];
  expect(judge('1.2.5', ranges)).toEqual({ fixedIn: '1.3.0', uncertain: false });
  expect(judge('1.3.5', ranges)).toEqual({ fixedIn: '1.4.0', uncertain: false });
});

test('versions one by one, equal as the ecosystem has it', () => {
  expect(judge('1.0', [], ['1.0.0.0'])).toEqual({ fixedIn: undefined, uncertain: false });
  expect(judge('1.1', [], ['1.0.0.0'])).toBeUndefined();
});

describe('a version that cannot be compared', () => {
  test('is reported as uncertain where only ranges tell', () => {
    expect(judge('main', [FIXED])).toEqual({ fixedIn: undefined, uncertain: true });
  });

  test('is decided by the list where there is one', () => {
    expect(judge('main', [FIXED], ['main'])).toMatchObject({ uncertain: false });
    expect(judge('main', [FIXED], ['other'])).toBeUndefined();
  });
});
