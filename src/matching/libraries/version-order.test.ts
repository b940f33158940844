// The orders of versions, by the examples of their specifications.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Ecosystem } from '../../model/dependency.ts';
import { VERSION_ORDERS } from './version-order.ts';

/** Ascending; versions in one list are equal. */
const ASCENDING: Readonly<Record<Ecosystem, readonly (readonly string[])[]>> = {
  nuget: [
    ['1.0.0-alpha', '1.0-ALPHA', '1.0.0.0-alpha+build.7'],
    ['1.0.0-alpha.1'],
    ['1.0.0-alpha.beta'],
    ['1.0.0-beta'],
    ['1.0.0-beta.2', '1.0.0-beta.2+sha.5'],
    ['1.0.0-beta.11'],
    ['1.0.0-rc.1'],
    ['1', '1.0', '1.0.0', '1.0.0.0', 'v1.0.0', '1.0.0+meta', '01.0.0'],
    ['1.0.0.1'],
    ['1.0.1'],
    ['1.10.0'],
    ['13.0.3'],
  ],
  npm: [
    ['1.0.0-alpha'],
    ['1.0.0-alpha.1'],
    ['1.0.0-beta.2'],
    ['1.0.0-beta.11'],
    ['1.0.0', 'v1.0.0', '1.0.0+build'],
    ['1.2.3'],
    ['1.10.0'],
  ],
  // https://peps.python.org/pep-0440/#summary-of-permitted-suffixes-and-relative-ordering
  pypi: [
    ['1.dev0', '1.0.dev0'],
    ['1.0.dev456'],
    ['1.0a1', '1.0-alpha1'],
    ['1.0a2.dev456'],
    ['1.0a12'],
    ['1.0b2'],
    ['1.0rc1', '1.0c1'],
    ['1.0', '1.0.0', '1'],
    ['1.0+abc.5'],
    ['1.0.post456.dev34'],
    ['1.0.post456'],
    ['1.1.dev1'],
    ['1!0.5'],
  ],
  // https://maven.apache.org/pom.html#version-order-specification
  maven: [
    ['1-alpha-1', '1-a1', '1.0-alpha1', '1-ALPHA1'],
    ['1-alpha-2'],
    ['1-beta', '1.0.0-beta'],
    ['1-milestone-1', '1-m1'],
    ['1-rc', '1-cr', '1.0-RC'],
    ['1-snapshot', '1.0-SNAPSHOT'],
    ['1', '1.0', '1-0', '1.0.0', '1-ga', '1-final', '1.0.0.RELEASE', '1.ga'],
    ['1-sp'],
    ['1-foo2', '1.0.0-foo.0.0-2'],
    ['1-foo10'],
    ['1-1'],
    ['1.1'],
    ['1.2-alpha'],
    ['1.2'],
    ['1.10'],
    ['2'],
  ],
  golang: [
    ['v0.0.0-20191109021931-daa7c04131f5'],
    ['v0.0.0-20200109021931-daa7c04131f5'],
    ['v0.17.0'],
    ['1.20', '1.20.0', 'go1.20'],
    ['1.21rc2'],
    ['1.21', '1.21.0'],
    ['1.21.5'],
    ['1.22.0'],
    ['v2.0.0+incompatible', 'v2.0.0'],
  ],
};

const ECOSYSTEMS = Object.keys(ASCENDING) as Ecosystem[];

test.each(ECOSYSTEMS)('%s: as its specification orders them', (ecosystem) => {
  const order = VERSION_ORDERS[ecosystem];
  const groups = ASCENDING[ecosystem];
  for (const [left, lower] of groups.entries()) {
    for (const [right, higher] of groups.entries()) {
      for (const a of lower) {
        for (const b of higher)
          expect(Math.sign(order(a, b)!), `${a} and ${b}`).toBe(Math.sign(left - right));
      }
    }
  }
});

test.each(ECOSYSTEMS)('%s: whatever is compared, the order is one', (ecosystem) => {
  const order = VERSION_ORDERS[ecosystem];
  // Where a word follows a zero and a dot, Maven's own order goes in circles: 1 < 1-2 < 1.0.rc < 1, and 0 < v0 < 0.rc < 0.
  const goesInCircles = (each: string): boolean => ecosystem === 'maven' && /(?:^|\.)0[.+]?[a-z]/i.test(each);
  const numbers = fc.array(fc.constantFrom('0', '1', '2', '10'), { minLength: 1, maxLength: 4 });
  const word = fc.constantFrom('alpha', 'beta', 'rc', 'foo', 'SNAPSHOT', 'final', 'a1', 'post1', 'dev2');
  const version = fc
    .tuple(numbers, fc.constantFrom('-', '.', '+', ''), fc.option(word), fc.constantFrom('', '.1', '-2', '3'))
    .map(([some, separator, name, end]) => some.join('.') + (name === null ? '' : separator + name + end));
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      fc.pre(![a, b, c].some(goesInCircles));
      const [ab, ba, bc, ac] = [order(a, b), order(b, a), order(b, c), order(a, c)];
      if (ab === undefined || ba === undefined) {
        expect([ab, ba]).toEqual([undefined, undefined]);
        return;
      }
      expect(Math.sign(ab) + Math.sign(ba), `${a} and ${b}`).toBe(0);
      if (ab <= 0 && bc !== undefined && bc <= 0) expect(ac!, `${a}, ${b}, ${c}`).toBeLessThanOrEqual(0);
    }),
    { numRuns: 3000 },
  );
});

describe('what is no version', () => {
  test.each([
    ['nuget', '1.0.0.0.0'],
    ['nuget', '[1.0,2.0)'],
    ['nuget', ''],
    ['npm', '1.0'],
    ['npm', 'latest'],
    ['pypi', 'unknown'],
    ['golang', '(devel)'],
  ] as const)('%s %j', (ecosystem, text) => {
    expect(VERSION_ORDERS[ecosystem](text, '1.0.0')).toBeUndefined();
  });
});
