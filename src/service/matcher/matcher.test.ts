// Reports as Quay gets them: valid by both schemas, shown without a trap, with exactly the findings that matching gives.
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clairFaults } from '../../../test/builders/clair-schema.ts';
import { generatedAdvisories } from '../../../test/builders/generated-advisories.ts';
import {
  generatedInventory,
  generatedLibraryAdvisories,
} from '../../../test/builders/generated-inventory.ts';
import { IndexedManifests } from '../../../test/builders/indexed-manifests.ts';
import { buildInventory, buildOperatingSystem, buildPackage } from '../../../test/builders/inventory.ts';
import { knowledgeOf } from '../../../test/builders/known-advisories.ts';
import { type QuayFeature, quayFeatures, quayTagStatus } from '../../../test/builders/quay-client.ts';
import { quayFaults } from '../../../test/builders/quay-schema.ts';
import { matchLibraries } from '../../matching/libraries/match-libraries.ts';
import { match } from '../../matching/match.ts';
import { subjectsOf } from '../../matching/subjects.ts';
import type { Finding } from '../../model/finding.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { RenderedBody } from '../../model/rendered-body.ts';
import type { Knowledge } from '../knowledge.ts';
import { Matcher, type MatcherParts } from './matcher.ts';

const LAYERS = ['a', 'b', 'c'].map((digit) => `sha256:${digit.repeat(64)}`);
const advisories = generatedAdvisories();
const KNOWLEDGE = knowledgeOf(advisories, generatedLibraryAdvisories);

class Setting {
  readonly images = new IndexedManifests();
  knowledge: Knowledge | undefined = KNOWLEDGE;
  now = new Date('2026-07-02T00:00:00Z');
  readonly known = new Map([[1, KNOWLEDGE]]);
  readonly versions = {
    list: async () => [...this.known.values()].map(({ version }) => version).reverse(),
    delete: async (ref: string) => {
      for (const [id, { version }] of this.known) if (version.ref === ref) this.known.delete(id);
    },
  };
  readonly matcher = this.matcherWith({});

  matcherWith(parts: Partial<MatcherParts>): Matcher {
    return new Matcher({
      ...this.images,
      knowledge: { current: () => this.knowledge, load: async (id) => this.known.get(id)! },
      versions: this.versions,
      cacheBytes: 50e6,
      now: () => this.now,
      ...parts,
    });
  }

  async features(inventory: Inventory): Promise<QuayFeature[]> {
    return quayFeatures(textOf(await this.matcher.vulnerabilityReport(this.images.add(inventory, LAYERS))));
  }
}

/** Both forms of a body are the same text, as long as it says. */
function textOf(body: RenderedBody | undefined): string {
  const plain = Buffer.concat(body!.plain);
  const gzip = Buffer.concat(body!.gzip!);
  expect(plain.length).toBe(body!.plainBytes);
  expect(gzip.length).toBe(body!.gzipBytes);
  expect(gunzipSync(gzip).equals(plain)).toBe(true);
  return plain.toString();
}

/** What matching finds, once per package name and version as Quay shows it; components go by the build of Windows. */
function expectedRows(inventory: Inventory): string[] {
  const names = new Map(
    inventory.packages.map(({ id, name, version, match: by }) => {
      const { build, revision } = inventory.os ?? { build: 0, revision: 0 };
      const shown = by?.by === 'windows-component' ? `10.0.${build}.${revision}` : version;
      return [id, `${name} ${shown}`];
    }),
  );
  const found = [
    ...match(inventory, advisories).findings.filter(({ status }) => status !== 'advisory'),
    ...matchLibraries(inventory.packages, generatedLibraryAdvisories),
  ];
  return [...new Set(found.map((finding) => `${names.get(finding.package)} ${finding.id}`))].sort();
}

function rowsOf(features: readonly QuayFeature[]): string[] {
  return features
    .flatMap(({ name, version, vulnerabilities }) =>
      vulnerabilities
        .filter(({ issuedBy }) => issuedBy !== 'clearstory')
        .map((each) => `${name} ${version} ${each.name}`),
    )
    .sort();
}

const SERVER = buildOperatingSystem({ introducedIn: `sha256:${'b'.repeat(64)}`, revision: 100 });

test('every report is valid, is shown without a trap, and has the findings of the whole image', async () => {
  const setting = new Setting();
  let total = 0;
  await fc.assert(
    fc.asyncProperty(generatedInventory(), async (inventory) => {
      const text = textOf(await setting.matcher.vulnerabilityReport(setting.images.add(inventory, LAYERS)));
      const report: unknown = JSON.parse(text);
      expect(quayFaults('VulnerabilityReport', report)).toEqual([]);
      expect(clairFaults('vulnerability_report', report)).toEqual([]);
      const rows = rowsOf(quayFeatures(text));
      expect(rows).toEqual(expectedRows(inventory));
      total += rows.length;
    }),
    { numRuns: 150 },
  );
  expect(total).toBeGreaterThan(1500);
});

describe('what there is no report of', () => {
  test('an unknown manifest, one that failed, one of the upstream, and anything before there are advisories', async () => {
    const setting = new Setting();
    const finished = setting.images.add(buildInventory({ os: SERVER }), LAYERS);
    const failed = setting.images.add(buildInventory(), LAYERS, { state: 'IndexError' });
    const forwarded = setting.images.add(buildInventory(), LAYERS, { kind: 'upstream' });
    expect(await setting.matcher.vulnerabilityReport(`sha256:${'f'.repeat(64)}`)).toBeUndefined();
    expect(await setting.matcher.vulnerabilityReport(failed)).toBeUndefined();
    expect(await setting.matcher.vulnerabilityReport(forwarded)).toBeUndefined();
    setting.knowledge = undefined;
    expect(await setting.matcher.vulnerabilityReport(finished)).toBeUndefined();
  });

  test('an image that is deleted meanwhile: an error, never a report without its findings', async () => {
    const setting = new Setting();
    const digest = setting.images.add(buildInventory({ os: SERVER }), LAYERS);
    setting.images.forget();
    await expect(setting.matcher.vulnerabilityReport(digest)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

test('Windows comes first, with its full build, in the layer that set the revision, also without findings', async () => {
  const os = { ...SERVER, revision: 400_000 };
  const features = await new Setting().features(
    buildInventory({ os, packages: [buildPackage({ name: 'A program', kind: 'program' })] }),
  );
  expect(features.map(({ name }) => name)).toEqual(['Windows Server 2022 (Server Core)', 'A program']);
  expect(features[0]).toMatchObject({ version: '10.0.20348.400000', addedBy: LAYERS[1] });
  // What has no fix is found at any revision.
  expect(features[0]!.vulnerabilities.every(({ fixedBy }) => fixedBy === '')).toBe(true);
});

test('a row says what to install', async () => {
  const [windows] = await new Setting().features(buildInventory({ os: SERVER }));
  const fixed = windows!.vulnerabilities.filter(({ fixedBy }) => fixedBy !== '');
  expect(fixed.length).toBeGreaterThan(5);
  for (const { name, fixedBy, href, issuedBy, distribution } of fixed) {
    expect(fixedBy).toMatch(/^10\.0\.20348\.\d+ \(KB5900001\)$/);
    expect(href).toBe(`https://msrc.microsoft.com/update-guide/vulnerability/${name}`);
    expect([issuedBy, distribution]).toEqual(['msrc', 'Windows Server 2022']);
  }
  expect(windows!.cveIds).toEqual(windows!.vulnerabilities.map(({ name }) => name));
});

test('scores are left out where they are not wanted, and nothing else', async () => {
  const setting = new Setting();
  const digest = setting.images.add(buildInventory({ os: SERVER }), LAYERS);
  const read = async (matcher: Matcher): Promise<{ enrichments: Record<string, unknown> }> =>
    JSON.parse(textOf(await matcher.vulnerabilityReport(digest)));
  const { enrichments, ...rest } = await read(setting.matcher);
  expect(Object.keys(enrichments)).toHaveLength(1);
  expect(await read(setting.matcherWith({ scores: false }))).toEqual({ ...rest, enrichments: {} });
});

describe('nothing looks clean that was not judged', () => {
  const status = async (inventory: Inventory, change?: (setting: Setting) => void): Promise<string> => {
    const setting = new Setting();
    change?.(setting);
    return quayTagStatus(await setting.features(inventory));
  };

  test('a build that is not known', async () => {
    const os = { ...SERVER, build: 99_999 };
    expect(await status(buildInventory({ os }))).toBe('1 Unknown');
  });

  test('a Windows without support, from the day after', async () => {
    const os = buildOperatingSystem({ build: 25_398, name: 'Windows Server, version 23H2' });
    const on = (day: string) =>
      status(buildInventory({ os }), (setting) => {
        setting.now = new Date(`${day}T12:00:00Z`);
      });
    expect(await on('2026-05-12')).toBe('None Detected');
    expect(await on('2026-05-13')).toBe('1 High');
  });

  test('layers that could not be read', async () => {
    const notices = [
      { code: 'LAYERS_ABSENT', message: 'layer 1 of 2 was not read', uncertain: true },
    ] as const;
    const os = { ...SERVER, build: 25_398 };
    const features = await new Setting().features(buildInventory({ os, notices }));
    expect(features[0]!.vulnerabilities).toContainEqual(
      expect.objectContaining({
        name: 'CLEARSTORY-LAYERS-ABSENT',
        severity: 'Unknown',
        description: 'Layer 1 of 2 was not read.',
      }),
    );
  });

  test('libraries without OSV', async () => {
    const dependency = { ecosystem: 'npm', name: 'harmless', version: '1.0.0' } as const;
    const library = buildPackage({ kind: 'library', match: { by: 'library', dependency } });
    const inventory = buildInventory({ packages: [library] });
    expect(await status(inventory)).toBe('None Detected');
    const withoutOsv = await status(inventory, (setting) => {
      setting.knowledge = knowledgeOf(advisories);
    });
    expect(withoutOsv).toBe('1 Unknown');
  });

  test('advisories that are older than a month of updates', async () => {
    const inventory = buildInventory({ packages: [buildPackage({ kind: 'program' })] });
    expect(await status(inventory, (setting) => setting.now.setMonth(8))).toBe('1 Unknown');
  });

  test('an image with nothing in it', async () => {
    expect(await status(buildInventory())).toBe('Unsupported');
  });
});

test('the same product in two folders, and a program that poses as Windows, are one row each', async () => {
  const at = (place: string) =>
    buildPackage({ id: place, name: 'Twin', evidence: [{ kind: 'file', path: place, data: '' }] });
  const impostor = buildPackage({
    name: 'Windows Server 2022 (Server Core)',
    version: '10.0.20348.100',
    kind: 'program',
  });
  const setting = new Setting();
  const digest = setting.images.add(
    buildInventory({ os: SERVER, packages: [at('a'), at('b'), impostor] }),
    LAYERS,
  );
  const report = JSON.parse(textOf(await setting.matcher.vulnerabilityReport(digest)));
  const environments = Object.values(report.environments) as {
    package_db: string;
    introduced_in: string;
  }[][];
  expect(environments.map((each) => each.map((one) => [one.package_db, one.introduced_in]))).toEqual([
    [
      ['windows:', LAYERS[1]],
      ['windows:', LAYERS[0]],
    ],
    [
      ['file:a', LAYERS[0]],
      ['file:b', LAYERS[0]],
    ],
  ]);
});

test('a library of npm and one of PyPI with one name and version: one row, each vulnerability once', async () => {
  const library = (ecosystem: 'npm' | 'pypi') => {
    const dependency = { ecosystem, name: 'left', version: '1.0.0' };
    return buildPackage({
      id: ecosystem,
      name: 'left',
      kind: 'library',
      match: { by: 'library', dependency },
    });
  };
  const features = await new Setting().features(
    buildInventory({
      packages: [
        { ...library('npm'), version: '1.0.0' },
        { ...library('pypi'), version: '1.0.0' },
      ],
    }),
  );
  expect(features.map(({ vulnerabilities }) => vulnerabilities.map(({ name }) => name).sort())).toEqual([
    ['CVE-2026-7000', 'GHSA-bbbb-left'],
  ]);
});

test('equal images read their subjects once, at once or after one another; new advisories count at once', async () => {
  const setting = new Setting();
  const digests = Array.from({ length: 20 }, () =>
    setting.images.add(buildInventory({ os: SERVER }), LAYERS),
  );
  const report = async (digest: string) => textOf(await setting.matcher.vulnerabilityReport(digest));
  const reports = await Promise.all(digests.map(report));
  expect(setting.images.reads).toBe(1);
  expect(await report(digests[0]!)).toBe(reports[0]);
  expect(setting.images.reads).toBe(1);
  setting.knowledge = knowledgeOf(generatedAdvisories(1), generatedLibraryAdvisories, 2);
  expect(rowsOf(quayFeatures(await report(digests[0]!))).length).toBeLessThan(
    rowsOf(quayFeatures(reports[0]!)).length,
  );
  expect(setting.images.reads).toBe(2);
});

test('what was asked for lately is ready before it is asked for again', async () => {
  const setting = new Setting();
  const digest = setting.images.add(buildInventory({ os: SERVER }), LAYERS);
  await setting.matcher.vulnerabilityReport(digest);
  const next = knowledgeOf(generatedAdvisories(1), generatedLibraryAdvisories, 2);
  await setting.matcher.prepare(next);
  expect(setting.images.reads).toBe(2);
  setting.knowledge = next;
  await setting.matcher.vulnerabilityReport(digest);
  expect(setting.images.reads).toBe(2);
  setting.images.forget();
  await setting.matcher.prepare(knowledgeOf(generatedAdvisories(2), undefined, 3));
});

test('after a start, some Windows is reported on before anybody asks', async () => {
  const setting = new Setting();
  const digest = setting.images.add(buildInventory({ os: SERVER }), LAYERS);
  await setting.matcher.prepare(KNOWLEDGE);
  expect(setting.images.reads).toBe(1);
  expect(await setting.matcher.vulnerabilityReport(digest)).toBeDefined();
  expect(setting.images.reads).toBe(1);
});

test('comparing two versions leaves out only what is equal', async () => {
  const { matcher } = new Setting();
  const before = knowledgeOf(generatedAdvisories(2), generatedLibraryAdvisories, 1);
  const differing = (one: readonly Finding[], other: readonly Finding[]) => {
    const known = new Set(other.map((finding) => JSON.stringify(finding)));
    return one.map((finding) => JSON.stringify(finding)).filter((text) => !known.has(text));
  };
  let total = 0;
  await fc.assert(
    fc.asyncProperty(generatedInventory(), async (inventory) => {
      for (const subject of subjectsOf(inventory)) {
        const earlier = await matcher.findingsOf(subject, before);
        const later = await matcher.findingsOf(subject, KNOWLEDGE);
        const [one, other] = await matcher.findingsToCompare(subject, before, KNOWLEDGE);
        expect(differing(other, one)).toEqual(differing(later, earlier));
        expect(differing(one, other)).toEqual(differing(earlier, later));
        total += differing(later, earlier).length;
      }
    }),
    { numRuns: 40 },
  );
  expect(total).toBeGreaterThan(100);
});
