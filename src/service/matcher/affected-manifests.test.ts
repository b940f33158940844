// Manifests that have a vulnerability: those whose report shows it, and no others.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generatedAdvisories } from '../../../test/builders/generated-advisories.ts';
import {
  generatedInventory,
  generatedLibraryAdvisories,
} from '../../../test/builders/generated-inventory.ts';
import { IndexedManifests } from '../../../test/builders/indexed-manifests.ts';
import { buildInventory, buildOperatingSystem } from '../../../test/builders/inventory.ts';
import { knowledgeOf } from '../../../test/builders/known-advisories.ts';
import type { RenderedBody } from '../../model/rendered-body.ts';
import { entryVulnerability } from '../../reports/clair/entry-vulnerability.ts';
import { affectedManifests } from './affected-manifests.ts';
import { Matcher } from './matcher.ts';

const LAYERS = [`sha256:${'a'.repeat(64)}`];
const KNOWLEDGE = knowledgeOf(generatedAdvisories(), generatedLibraryAdvisories);

const parsed = ({ plain, plainBytes }: RenderedBody) => {
  const body = Buffer.concat(plain);
  expect(body.length).toBe(plainBytes);
  return JSON.parse(body.toString());
};

const ask = async (images: IndexedManifests, vulnerabilities: readonly unknown[]) =>
  parsed(await affectedManifests(vulnerabilities, KNOWLEDGE, images.subjects));

test('every vulnerability of every report leads to its manifest, and to those that have it', async () => {
  const images = new IndexedManifests();
  const inventories = fc.sample(generatedInventory(), { numRuns: 40, seed: 7 });
  const digests = inventories.map((inventory) => images.add(inventory, LAYERS));
  const matcher = new Matcher({
    ...images,
    knowledge: { current: () => KNOWLEDGE, load: async () => KNOWLEDGE },
    versions: { list: async () => [], delete: async () => undefined },
    cacheBytes: 50e6,
  });
  const expected = new Map<string, Set<string>>();
  const asked = new Map<string, { id: string; name: string; package: { name: string } }>();
  for (const digest of digests) {
    const report = parsed((await matcher.vulnerabilityReport(digest))!);
    for (const value of Object.values(report.vulnerabilities) as {
      name: string;
      package: { name: string };
    }[]) {
      if (value.name.startsWith('CLEARSTORY')) continue;
      const id = `${value.name} in ${value.package.name}`;
      asked.set(id, { ...value, id });
      expected.set(digest, (expected.get(digest) ?? new Set()).add(id));
    }
  }
  expect(asked.size).toBeGreaterThan(50);
  const { vulnerable_manifests: affected, vulnerabilities } = await ask(images, [...asked.values()]);
  expect(
    new Map(Object.entries(affected).map(([digest, ids]) => [digest, new Set(ids as string[])])),
  ).toEqual(expected);
  expect(vulnerabilities).toEqual(Object.fromEntries(asked));
});

test('what update_diff lists for one product leads to images of that product', async () => {
  const images = new IndexedManifests();
  const add = (build: number, installationType: 'Server' | 'Server Core') =>
    images.add(
      buildInventory({ os: buildOperatingSystem({ build, installationType, revision: 1 }) }),
      LAYERS,
    );
  const digests = {
    '11571': add(17763, 'Server'),
    '11572': add(17763, 'Server Core'),
    '11924': add(20348, 'Server Core'),
  };
  const { advisories } = KNOWLEDGE;
  const vulnerabilities = advisories.entries.filter(({ id }) => id.startsWith('CVE'));
  let shared = 0;
  for (const [product, digest] of Object.entries(digests)) {
    for (const entry of vulnerabilities.filter(({ affected }) => affected.has(product)).slice(0, 5)) {
      const posted = entryVulnerability(entry, product, advisories);
      expect((await ask(images, [posted])).vulnerable_manifests).toEqual({ [digest]: [posted.id] });
      // It affects the other image too, which has a vulnerability of its own for that.
      if (product !== '11571' && entry.affected.has('11571')) shared++;
    }
  }
  expect(shared).toBeGreaterThan(0);
});

test('the gravest first; what affects nothing is sent back all the same', async () => {
  const images = new IndexedManifests();
  const digest = images.add(buildInventory({ os: buildOperatingSystem({ revision: 1 }) }), LAYERS);
  const names = KNOWLEDGE.advisories.entries
    .filter(({ affected, id }) => affected.has('11924') && id.startsWith('CVE'))
    .map(({ id }) => id);
  const severities = ['Low', 'Critical', 'nonsense', 'High'];
  const posted = severities.map((word, index) => ({
    id: word,
    name: names[index],
    normalized_severity: word,
  }));
  const answer = await ask(images, [...posted, { id: 'none', name: 'CVE-1999-0001' }]);
  expect(answer.vulnerable_manifests).toEqual({ [digest]: ['Critical', 'High', 'Low', 'nonsense'] });
  expect(Object.keys(answer.vulnerabilities)).toEqual([...severities, 'none']);
  expect(await ask(images, [])).toEqual({ vulnerabilities: {}, vulnerable_manifests: {} });
});

test('more than fits into memory is refused rather than gathered', async () => {
  const images = new IndexedManifests();
  const digest = images.add(buildInventory({ os: buildOperatingSystem({ revision: 1 }) }), LAYERS);
  const { id: name } = KNOWLEDGE.advisories.entries.find(({ affected }) => affected.has('11924'))!;
  let given = 0;
  const endless = {
    all: () => images.subjects.all(),
    manifestsWith: async function* (subjects: readonly number[]) {
      for (; given < 10_000; given++) yield { manifest: digest, subjects };
    },
  };
  const posted = { id: 'i'.repeat(4e6), name };
  await expect(affectedManifests([posted], KNOWLEDGE, endless)).rejects.toMatchObject({ code: 'TOO_LARGE' });
  expect(given).toBeLessThan(100);
});

test.each([[null], [7], [[]], [{ id: 'a' }], [{ name: 'a' }], [{ id: 'a', name: 'b', package: 'c' }]])(
  '%j is refused',
  async (posted) => {
    await expect(ask(new IndexedManifests(), [posted])).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  },
);
