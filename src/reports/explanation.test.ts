// Why a vulnerability is reported or not, in words.
import { describe, expect, test } from 'vitest';
import {
  fullReport,
  hiddenReport,
  unjudgedReport,
  unknownBuildReport,
} from '../../test/builders/full-report.ts';
import { buildFinding, buildReportOf } from '../../test/builders/report.ts';
import type { Report } from '../model/report.ts';
import { renderExplanation } from './explanation.ts';

test('everything that decided it, and the one thing that ends it', () => {
  const text = renderExplanation(fullReport(), ['cve-2025-0001'], 200);
  expect(text).toContain('CVE-2025-0001  Example Component');
  for (const part of [
    'Windows Server 2022 (Nano Server) 10.0.20348.2322',
    'affected: Update to 10.0.20348.3807 (KB5060526) or later',
    'R3: the document names a FixedBuild of this build',
    'image: the image has example.dll',
    'Critical, CVSS 9.8',
    'yes, Microsoft knows of attacks',
    '2025-Jun, published 2025-06-10',
    '10.0.20348.3807 (KB5060526) ends 4 findings at once',
    'https://msrc.microsoft.com/update-guide/vulnerability/CVE-2025-0001',
  ]) {
    expect(text).toContain(part);
  }
});

test.each([
  ['CVE-2024-0001', 'fixed: 10.0.20348.2322 brings the fix'],
  ['CVE-1999-0001', 'not listed for Windows Server 2022'],
  ['CVE-2025-0009', 'suppressed  by .clearstory.yaml, rule 1: not reachable, until 2026-12-31'],
])('%s: %s', (id, expected) => {
  expect(renderExplanation(fullReport(), [id], 200)).toContain(expected);
});

test('what was not judged is not called clean', () => {
  expect(renderExplanation(unjudgedReport(), ['CVE-2025-0001'], 200)).toContain('nothing was judged');
});

test('a build that nobody knows: nothing was judged, and why; the notice is there', () => {
  const text = renderExplanation(unknownBuildReport(), ['CVE-2025-0001'], 200);
  expect(text).toMatch(/verdict +nothing was judged: build 29999 is not a Windows release/);
  expect(text).not.toContain('not listed');
  expect(text).toMatch(/^! build 29999/m);
});

describe('out of support', () => {
  const old = (build: number, over: Partial<Report> = {}): string => {
    const base = buildReportOf([], over);
    const os = { ...base.os!, build, name: 'Windows', endOfSupport: '2022-08-09', supported: false };
    return renderExplanation({ ...base, os }, ['CVE-2025-1'], 300);
  };

  test('silence is no word of safety; --infer may tell', () => {
    expect(old(19042)).toMatch(/but +support ended on 2022-08-09: what was published after that day/);
    expect(old(19042)).toMatch(/infer +scan with --infer, which may find it/);
  });

  test('--infer is not advised where it was given, or tells nothing', () => {
    const inferred = buildFinding('CVE-2025-2', { status: 'inferred' });
    expect(old(19042, { findings: [inferred] })).toMatch(/infer +nor was it inferred/);
    const nothing = [{ code: 'NOTHING_INFERRED', message: 'nothing', uncertain: false } as const];
    expect(old(19042, { notices: nothing })).toMatch(/infer +nor was it inferred/);
    expect(old(25398)).toMatch(/infer +--infer cannot tell either/);
  });
});

test('Nano Server of a release that is still listed is not silent', () => {
  const base = buildReportOf([]);
  const os = { ...base.os!, build: 14393, endOfSupport: '2018-10-09', supported: false };
  expect(renderExplanation({ ...base, os }, ['CVE-2025-1'], 300)).not.toMatch(/^ +but/m);
});

test('what is hidden in a saved report is not known', () => {
  const text = renderExplanation(hiddenReport(), ['CVE-2025-1'], 200);
  expect(text).toMatch(/verdict +not known/);
  expect(text).toMatch(/but +1670 findings are hidden by --severity negligible, and the report does not say/);
  expect(text).not.toContain('not listed');
});

test('what an option hides is explained, with the option', () => {
  const report = buildReportOf([buildFinding('CVE-2025-1')]);
  const text = renderExplanation(report, ['CVE-2025-1'], 200, () => '--severity critical');
  expect(text).toMatch(/rule +R3/);
  expect(text).toMatch(/hidden +by --severity critical/);
});

test('guidance is not in a report that nobody asked to have it', () => {
  const report = buildReportOf([]);
  expect(renderExplanation(report, ['ADV250001'], 200)).toMatch(
    /but +guidance is in a report only with --guid/,
  );
  // All of it was looked at.
  expect(renderExplanation(report, ['ADV250001'], 200, () => undefined)).not.toContain('guidance');
});

test('other names of a vulnerability are names', () => {
  const report = buildReportOf([buildFinding('CVE-2025-1', { aliases: ['GHSA-aaaa-bbbb-cccc'] })]);
  const text = renderExplanation(report, ['ghsa-AAAA-bbbb-cccc'], 200);
  expect(text).toMatch(/^CVE-2025-1 /);
  expect(text).toMatch(/also called +GHSA-aaaa-bbbb-cccc/);
});

test.each([60, 80])('keeps to %i columns', (width) => {
  const lines = renderExplanation(fullReport(), ['CVE-2025-0001'], width).split('\n').slice(1);
  // What cannot be broken is longer than 60.
  for (const line of lines.filter((each) => width === 80 || !/https:|CVSS:3\.1/.test(each))) {
    expect(line.length).toBeLessThanOrEqual(width);
  }
  expect(lines).toContain('    https://msrc.microsoft.com/update-guide/vulnerability/CVE-2025-0001');
});
