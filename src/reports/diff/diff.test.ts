// What a new base fixes and brings, and what a report leaves open.
import { describe, expect, test } from 'vitest';
import { fullReport, unjudgedReport } from '../../../test/builders/full-report.ts';
import { buildFinding, buildReportOf, REPORT_LAYER } from '../../../test/builders/report.ts';
import type { Finding } from '../../model/finding.ts';
import type { Report, SuppressedFinding } from '../../model/report.ts';
import { compareReports } from './compare-reports.ts';
import { renderDifferenceMarkdown } from './diff-markdown.ts';
import { renderDifference } from './diff-table.ts';
import type { DifferingFinding } from './difference.ts';

function rebuilt(): Report {
  const report = fullReport();
  const [os, library, ...others] = report.packages;
  return {
    ...report,
    image: { ...report.image, target: 'registry.example.com/shop/app:v2' },
    os: { ...report.os!, build: 26100, version: '10.0.26100.1', name: 'Windows Server 2025' },
    packages: [
      { ...os!, name: 'Windows Server 2025 (Nano Server)', version: '10.0.26100.1' },
      { ...library!, version: '1.1' },
      ...others,
    ],
    findings: [
      buildFinding('CVE-2025-0003', { installed: '10.0.26100.1' }),
      buildFinding('CVE-2026-0001', { installed: '10.0.26100.1', severity: 'Critical' }),
    ],
  };
}

const setAside = (finding: Finding, by = '.clearstory.yaml, rule 1'): SuppressedFinding => ({
  finding,
  by,
  reason: null,
  until: null,
});
const report = (ids: readonly string[], over: Partial<Report> = {}): Report =>
  buildReportOf(
    ids.map((id) => buildFinding(id)),
    over,
  );
const idsOf = (findings: readonly DifferingFinding[]): string[] => findings.map(({ finding }) => finding.id);
const codes = (before: Report, after: Report): string[] =>
  compareReports(before, after).warnings.map(({ code, side }) => `${side} ${code}`);
/** What the report says of itself besides its findings. */
const system = (over: Partial<NonNullable<Report['os']>>): Pick<Report, 'os'> => ({
  os: { ...buildReportOf([]).os!, ...over },
});
const advisories = (over: Partial<Report['advisories']>): Pick<Report, 'advisories'> => ({
  advisories: { ...buildReportOf([]).advisories, ...over },
});

test('a vulnerability that stays is neither fixed nor new, whatever the version', () => {
  const difference = compareReports(fullReport(), rebuilt());
  // The other one is set aside in both.
  expect(difference.unchanged).toBe(2);
  expect(difference.added.map(({ finding, layer }) => [finding.id, layer])).toEqual([['CVE-2026-0001', 2]]);
  expect(difference.fixed.length).toBe(6);
  expect(difference.packages).toContainEqual({
    name: 'Windows',
    before: ['10.0.20348.2322'],
    after: ['10.0.26100.1'],
  });
  expect(REPORT_LAYER).toBe(rebuilt().image.layers[1]!.digest);
});

test('the same report differs in nothing', () => {
  expect(compareReports(fullReport(), fullReport())).toMatchObject({
    fixed: [],
    added: [],
    noLongerListed: [],
    newlyListed: [],
    suppressed: [],
    noLongerSuppressed: [],
    packages: [],
    unchanged: fullReport().findings.length + fullReport().suppressed.length,
    warnings: [{ code: 'REVISION_CONFLICT', side: 'both' }],
  });
});

test('another name of the same vulnerability is no other vulnerability', () => {
  const before = buildReportOf([buildFinding('GHSA-1'), buildFinding('PYSEC-1'), buildFinding('GHSA-2')]);
  const after = buildReportOf([buildFinding('CVE-2025-1000', { aliases: ['ghsa-1', 'PYSEC-1'] })]);
  expect(compareReports(before, after)).toMatchObject({ unchanged: 1, added: [] });
  expect(idsOf(compareReports(before, after).fixed)).toEqual(['GHSA-2']);
  expect(compareReports(after, before)).toMatchObject({ unchanged: 1, fixed: [] });
  const elsewhere = buildReportOf([buildFinding('GHSA-1', { package: 'other' })]);
  expect(idsOf(compareReports(elsewhere, after).fixed)).toEqual(['GHSA-1']);
});

describe('what a policy sets aside', () => {
  const full = report(['CVE-2025-0001', 'CVE-2025-0002']);
  const ruled = report(['CVE-2025-0001'], { suppressed: [setAside(buildFinding('CVE-2025-0002'))] });

  test('on one side alone is counted apart', () => {
    const one = compareReports(full, ruled);
    expect(one).toMatchObject({ fixed: [], added: [], unchanged: 1, noLongerSuppressed: [] });
    expect(one.suppressed).toMatchObject([
      { finding: { id: 'CVE-2025-0002' }, suppressedBy: '.clearstory.yaml, rule 1' },
    ]);
    const other = compareReports(ruled, full);
    expect(other).toMatchObject({ fixed: [], added: [], unchanged: 1, suppressed: [] });
    expect(idsOf(other.noLongerSuppressed)).toEqual(['CVE-2025-0002']);
    expect(renderDifference(one, 80)).toMatch(/^0 fixed, 0 new, 1 unchanged, 1 suppressed\n/);
    expect(renderDifference(one, 120)).toMatch(/^Suppressed: 1\n.*\n.*\(suppressed by \.clearstory\.yaml/m);
    expect(renderDifference(other, 80)).toMatch(/^0 fixed, 0 new, 1 unchanged, 1 no longer suppressed\n/);
  });

  test('is fixed when the image no longer has it, as if the policy had not been there', () => {
    expect(idsOf(compareReports(ruled, report(['CVE-2025-0001'])).fixed)).toEqual(['CVE-2025-0002']);
    expect(compareReports(report(['CVE-2025-0001']), ruled).added).toMatchObject([
      { finding: { id: 'CVE-2025-0002' }, suppressedBy: '.clearstory.yaml, rule 1' },
    ]);
  });

  test('in one place counts where it is not set aside in another', () => {
    const both = { ...full, suppressed: [setAside(buildFinding('CVE-2025-0002'))] };
    expect(compareReports(full, both)).toMatchObject({ unchanged: 2, suppressed: [] });
  });
});

describe('what is out of sight is not fixed, and what comes into sight is not new:', () => {
  const all = ['CVE-2025-0001', 'CVE-2025-0002', 'CVE-2025-0003'];
  const supported2022 = report(all);
  const old = { build: 19042, name: 'Windows Server, version 20H2', supported: false };
  const filtered = report(['CVE-2025-0001'], { hidden: [{ by: '--severity critical', count: 2 }] });
  const guidance = buildReportOf([buildFinding('ADV250001', { status: 'advisory' })]);
  const inferred = report([], {
    ...system(old),
    findings: [buildFinding('CVE-2025-0001', { status: 'inferred' })],
  });
  const unreadLayer = (over: Partial<Report>): Report => {
    const { image, ...rest } = report([], { ...over, packages: [] });
    return { ...rest, image: { ...image, layers: image.layers.map((each) => ({ ...each, read: false })) } };
  };
  const library = buildFinding('GHSA-1', { rule: 'OSV' });
  const withLibraries = { ...buildReportOf([library]), ...advisories({ librariesFetchedAt: '2026-02-01' }) };
  const unmatched = report([], {
    notices: [{ code: 'LIBRARIES_NOT_MATCHED', message: 'a library was not matched', uncertain: false }],
  });

  test.each<[string, Report, Report, string]>([
    ['a filter', supported2022, filtered, 'HIDDEN_BY_FILTER'],
    [
      'another filter',
      { ...supported2022, hidden: [{ by: '--ignore-unfixed', count: 1 }] },
      { ...filtered, findings: [] },
      'HIDDEN_BY_FILTER',
    ],
    ['no Windows', supported2022, unjudgedReport(), 'NOT_JUDGED'],
    [
      'a build that is not known',
      supported2022,
      report([], {
        ...system({ build: 29999, supported: null }),
        notices: [{ code: 'UNKNOWN_BUILD', message: 'build 29999 is not known', uncertain: true }],
        // Nothing that it says of itself makes it a judgement.
        fixed: all,
      }),
      'NOT_JUDGED',
    ],
    ['a release out of support', supported2022, report([], system(old)), 'OUT_OF_SUPPORT'],
    [
      'a release that ended earlier',
      report(all, system(old)),
      report([], system({ ...old, build: 18363 })),
      'OUT_OF_SUPPORT',
    ],
    [
      'layers that were not read',
      buildReportOf([buildFinding('CVE-2025-0001', { package: 'app' })]),
      unreadLayer({}),
      'NOT_ALL_READ',
    ],
    [
      'files that were not read',
      buildReportOf([buildFinding('CVE-2025-0001', { package: 'app' })]),
      report([], { warnings: [{ layer: REPORT_LAYER, path: 'Files/app.jar', reason: 'it is cut' }] }),
      'NOT_ALL_READ',
    ],
    ['libraries that were not matched', withLibraries, unmatched, 'LIBRARIES_NOT_MATCHED'],
    ['no --guidance', guidance, report([]), 'NOT_ASKED_FOR'],
    ['no --infer', inferred, report([], system(old)), 'NOT_ASKED_FOR'],
    [
      'older advisories',
      supported2022,
      report([], advisories({ version: 'old', fetchedAt: '2025-06-10T00:00:00.000Z' })),
      'OLDER_ADVISORIES',
    ],
    [
      'older advisories for libraries',
      withLibraries,
      { ...report([]), ...advisories({ librariesFetchedAt: '2025-01-01' }) },
      'OLDER_ADVISORIES',
    ],
  ])('%s', (_, seen, blind, code) => {
    const gone = compareReports(seen, blind);
    expect(gone).toMatchObject({ fixed: [], added: [] });
    expect(gone.noLongerListed.length).toBeGreaterThan(0);
    expect(codes(seen, blind)).toContain(`after ${code}`);
    const come = compareReports(blind, seen);
    expect(come).toMatchObject({ fixed: [], added: [] });
    expect(come.newlyListed.length).toBe(gone.noLongerListed.length);
    expect(codes(blind, seen)).toContain(`before ${code}`);
    const text = renderDifference(gone, 80);
    expect(text).toMatch(/^(?:.*\d+ no longer listed|Not compared: after was not judged)\n! after /);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(renderDifferenceMarkdown(gone)).toMatch(/^## .*\n\n> ⚠️ after /);
  });

  test('the report itself says that its base has the fix', () => {
    const proof = { fixed: ['CVE-2025-0001'] };
    const hidden = [{ by: '--severity critical', count: 9 }];
    for (const after of [report([], { ...proof, hidden }), report([], { ...proof, ...system(old) })]) {
      const difference = compareReports(supported2022, after);
      expect(idsOf(difference.fixed)).toEqual(['CVE-2025-0001']);
      expect(idsOf(difference.noLongerListed)).toEqual(['CVE-2025-0002', 'CVE-2025-0003']);
      expect(idsOf(compareReports(after, supported2022).added)).toEqual(['CVE-2025-0001']);
    }
    // It is about Windows alone.
    const elsewhere = buildReportOf([buildFinding('CVE-2025-0001', { package: 'app' })]);
    expect(compareReports(elsewhere, report([], { ...proof, hidden })).fixed).toEqual([]);
  });

  test('the other side hides nothing, so what it lists no longer is fixed', () => {
    const difference = compareReports(filtered, report([]));
    expect(idsOf(difference.fixed)).toEqual(['CVE-2025-0001']);
    expect(codes(filtered, report([]))).toEqual(['before HIDDEN_BY_FILTER']);
  });

  test.each<[string, Report, Report, string[]]>([
    [
      'one filter on both sides',
      { ...supported2022, hidden: [{ by: '--severity critical', count: 7 }] },
      { ...report([]), hidden: [{ by: '--severity critical', count: 2 }] },
      ['both HIDDEN_ALIKE'],
    ],
    ['one build out of support on both', report(all, system(old)), report([], system(old)), []],
    ['a build whose support ended in between', supported2022, report([], system({ supported: false })), []],
    [
      'a release in support after one without',
      report(all, system(old)),
      report([]),
      ['before OUT_OF_SUPPORT'],
    ],
    ['what was inferred, and is not listed in support', inferred, report([]), ['before OUT_OF_SUPPORT']],
    [
      'a product that is matched by its own version',
      buildReportOf([buildFinding('CVE-2025-0001', { rule: 'V1' })]),
      report([], system(old)),
      ['after OUT_OF_SUPPORT'],
    ],
    [
      'a library that is gone',
      withLibraries,
      { ...unmatched, packages: [] },
      ['after LIBRARIES_NOT_MATCHED'],
    ],
    [
      'what older advisories know',
      supported2022,
      report([], advisories({ version: 'old', fetchedAt: '2025-06-11T00:00:00.000Z' })),
      ['after OLDER_ADVISORIES', 'both DIFFERENT_ADVISORIES'],
    ],
    ['a package that was seen without it', unreadLayer({}), unreadLayer({ findings: [library] }), []],
  ])('not so: %s', (_, before, after, warnings) => {
    const difference = compareReports(before, after);
    expect(difference).toMatchObject({ noLongerListed: [], newlyListed: [] });
    expect(difference.fixed.length + difference.added.length).toBeGreaterThan(0);
    expect(codes(before, after)).toEqual(warnings);
  });
});

describe('warnings', () => {
  test('a move to another release of the same kind needs none', () => {
    expect(codes(report(['CVE-2025-0001']), report([], system({ build: 26100 })))).toEqual([]);
  });

  test('images of different kinds get one', () => {
    const after = report([], system({ installationType: 'Server Core' }));
    expect(compareReports(report([]), after).warnings).toMatchObject([
      {
        code: 'DIFFERENT_KINDS',
        message: expect.stringContaining('Nano Server before and Server Core after'),
      },
    ]);
  });

  test('what makes one report doubtful is said, but not twice', () => {
    const notice = { code: 'HIVE_DAMAGED', message: 'a hive is damaged', uncertain: true } as const;
    const ended = { code: 'END_OF_SUPPORT', message: 'it ended', uncertain: true } as const;
    const quiet = { code: 'THREATS_OLD', message: 'old', uncertain: false } as const;
    const after = report([], {
      ...system({ build: 19042, supported: false }),
      notices: [notice, ended, quiet],
    });
    expect(codes(report([]), after)).toEqual(['after OUT_OF_SUPPORT', 'after HIVE_DAMAGED']);
    expect(codes(after, after)).toEqual(['both HIVE_DAMAGED', 'both END_OF_SUPPORT']);
  });
});

describe('the table', () => {
  test('fits the terminal, says the numbers first, and the layers of what is new and what is fixed', () => {
    const text = renderDifference(compareReports(fullReport(), rebuilt()), 80);
    expect(text).toMatch(/^6 fixed, 1 new, 2 unchanged\n! /);
    expect(text).toContain('New in layer 2: 1');
    expect(text).toContain('Fixed that was in layer 2: 6');
    expect(text).toMatch(/^ {2}after {3}registry\S+ Windows Server 2025/m);
    expect(text.replace(/\s+/g, ' ')).toContain('7 findings, 1 suppressed');
    const lines = text.split('\n');
    expect(lines.filter((line) => /^(?:CVE|GHSA|ID)/.test(line)).length).toBeGreaterThan(7);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('names every layer of what is fixed, and shows twenty of it', () => {
    const packages = ['upper', 'lower', 'nowhere'].map((id, index) => ({
      ...fullReport().packages[1]!,
      id,
      name: id,
      introducedIn: [REPORT_LAYER, `sha256:${'c'.repeat(64)}`, null][index] ?? null,
    }));
    const findings = packages.flatMap(({ id }) =>
      Array.from({ length: 15 }, (_, index) => buildFinding(`CVE-2025-1${index + 100}`, { package: id })),
    );
    const before = buildReportOf(findings, { packages });
    const text = renderDifference(compareReports(before, report([])), 80);
    expect(text.match(/^Fixed .*$/gm)).toEqual([
      'Fixed that was in no layer that can be told: 15',
      'Fixed that was in layer 1: 15',
      'Fixed that was in layer 2: 15',
    ]);
    expect(text.match(/^CVE-/gm)?.length).toBe(20);
    expect(text).toMatch(/^… and 25 more \(-o json has all\)$/m);
    const markdown = renderDifferenceMarkdown(compareReports(before, report([])));
    expect(markdown).toContain('<summary>Fixed: 45 (no layer: 15, layer 1: 15, layer 2: 15)</summary>');
    const news = renderDifference(compareReports(report([]), before), 80);
    expect(news.match(/^CVE-/gm)?.length).toBe(45);
    expect(news).not.toContain('more');
  });
});

describe('Markdown', () => {
  test('takes nothing from names', () => {
    const { fixed: _, ...known } = compareReports(fullReport(), unjudgedReport());
    const text = renderDifferenceMarkdown({ ...known, fixed: known.noLongerListed });
    expect(text).toContain('## Not compared: after was not judged');
    expect(text).toContain('there is no Windows in this image');
    expect(text).not.toMatch(/<script|@everyone/);
  });

  test('fits the comment of a pull request', () => {
    const ids = (year: number): string[] =>
      Array.from({ length: 400 }, (_, at) => `CVE-${year}-${at + 1000}`);
    const after = report(ids(2024), { hidden: [{ by: '--severity critical', count: 2 }] });
    const text = renderDifferenceMarkdown(compareReports(report(ids(2023)), after));
    expect(text.match(/^\| CVE-/gm)?.length).toBe(200);
    expect(text).toContain('| … 200 more | | | | |');
    expect(text).toContain('| … 400 more | | | | |');
    expect(text.length).toBeLessThan(65_536);
  });
});
