// The releases: which product, until when, which revisions.
import { expect, test } from 'vitest';
import { releaseHistory } from './release-history.ts';
import { endOfSupport, isOnOwnLine, msrcProduct, windowsRelease } from './releases.ts';

const BUILDS = [14393, 16299, 17134, 17763, 18362, 18363, 19041, 19042, 20348, 25398, 26100];

test.each(BUILDS)('%i: known, and so is its history', (build) => {
  const release = windowsRelease(build)!;
  expect(release.build).toBe(build);
  expect(release.endOfSupport).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(releaseHistory(build).length).toBeGreaterThan(10);
});

test.each([
  [20348, 'Server Core', '11924'],
  [20348, 'Nano Server', '11924'],
  [20348, 'Server', '11923'],
  [20348, undefined, '11923'],
  [25398, 'Server', '12244'],
] as const)('%i %s is the product %s', (build, type, product) => {
  expect(msrcProduct(windowsRelease(build)!, type)).toBe(product);
});

test('products are not shared', () => {
  const products = BUILDS.flatMap((build) => {
    const { coreProduct, fullProduct } = windowsRelease(build)!;
    return [coreProduct, fullProduct ?? []].flat();
  });
  expect(new Set(products).size).toBe(products.length);
});

test('siblings name each other where both come as containers', () => {
  for (const build of BUILDS) {
    for (const sibling of windowsRelease(build)!.siblings) {
      expect(sibling).not.toBe(build);
      const other = windowsRelease(sibling);
      if (other) expect(other.siblings).toContain(build);
    }
  }
});

test('Nano Server 2016 ended long before Server Core 2016', () => {
  const release = windowsRelease(14393)!;
  expect(endOfSupport(release, 'Nano Server') < endOfSupport(release, 'Server Core')).toBe(true);
  expect(endOfSupport(windowsRelease(20348)!, 'Nano Server')).toBe(windowsRelease(20348)!.endOfSupport);
});

test('every revision of the history is on the own line of its release', () => {
  for (const build of BUILDS) {
    const release = windowsRelease(build)!;
    const foreign = releaseHistory(build).filter((update) => !isOnOwnLine(release, update.revision));
    expect(foreign).toEqual([]);
  }
});

test('an unknown build', () => {
  expect(windowsRelease(22631)).toBeUndefined();
});
