// Reports without findings: an image that was not judged does not look clean, nor does one whose findings are hidden.
import { describe, expect, test } from 'vitest';
import { hiddenReport, unjudgedReport, unknownBuildReport } from '../../../test/builders/full-report.ts';
import { buildFinding, buildReportOf } from '../../../test/builders/report.ts';
import type { Report } from '../../model/report.ts';
import { renderHtml } from '../html/html-report.ts';
import { renderTable } from '../table.ts';
import { renderCycloneDx } from './cyclonedx.ts';
import { renderGitlab } from './gitlab.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { renderSarif } from './sarif.ts';
import { renderSpdx } from './spdx.ts';

const TEXTS: readonly (readonly [string, (report: Report) => string])[] = [
  ['markdown', renderMarkdown],
  ['html', renderHtml],
  ['junit', renderJunit],
  ['sarif', renderSarif],
  ['gitlab', renderGitlab],
  ['spdx', renderSpdx],
];

// biome-ignore lint/suspicious/noExplicitAny: documents of formats that are not ours
const parse = (text: string): any => JSON.parse(text);

describe.each([
  ['no Windows', unjudgedReport()],
  ['an unknown build', unknownBuildReport()],
])('not judged: %s', (_, report) => {
  test('JUnit has a case in error, which says why', () => {
    const xml = renderJunit(report);
    expect(xml).toMatch(/<testsuites [^>]*tests="1" failures="0" errors="1"/);
    expect(xml).toContain('<testcase name="not judged"');
    expect(xml).toContain('<error type="not-judged" message="Nothing was judged: no Windows');
    expect(xml).toContain(report.notices[0]!.message);
    expect(xml).not.toContain('<skipped');
  });

  test('SARIF and GitLab say that the scan is not complete', () => {
    const [invocation] = parse(renderSarif(report)).runs[0].invocations;
    expect(invocation.executionSuccessful).toBe(false);
    expect(invocation.toolExecutionNotifications[0].level).toBe('error');
    expect(parse(renderGitlab(report)).scan).toMatchObject({
      status: 'failure',
      messages: [{ level: 'fatal' }, {}],
    });
  });

  test('Markdown has no zeros, HTML no number', () => {
    expect(renderMarkdown(report)).toMatch(/^Findings: not judged\.$/m);
    expect(renderMarkdown(report)).not.toContain('| 0 |');
    expect(renderHtml(report)).toContain('<dt>Findings</dt><dd>not judged</dd>');
  });
});

test('the table says of an unknown build that it was not judged', () => {
  expect(renderTable(unknownBuildReport(), 80)).toMatch(/^ {2}findings +not judged$/m);
});

test('what was found beside a Windows that nobody knows is there, and the case in error too', () => {
  const xml = renderJunit({ ...unknownBuildReport(), findings: [buildFinding('CVE-2025-0001')] });
  expect(xml).toMatch(/<testsuites [^>]*tests="2" failures="1" errors="1"/);
  expect(xml.match(/<testcase /g)).toHaveLength(2);
});

describe('everything is hidden', () => {
  test.each([...TEXTS, ['cyclonedx', renderCycloneDx] as const])('%s says by what', (_, render) => {
    expect(render(hiddenReport())).toContain(
      'Not in this report: 1670 findings, hidden by --severity negligible.',
    );
  });

  test.each([...TEXTS, ['table', (report: Report) => renderTable(report, 200)] as const])(
    '%s does not say that nothing is listed',
    (_, render) => {
      expect(render(hiddenReport())).not.toMatch(/is listed|are listed|no findings/);
    },
  );

  test('JUnit says it of each suite too', () => {
    const report = { ...hiddenReport(), findings: [buildFinding('CVE-2025-0001')] };
    expect(renderJunit(report)).toContain('<property name="hidden by --severity negligible" value="1670"/>');
  });
});

test.each([
  ['gitlab', renderGitlab],
  ['spdx', renderSpdx],
] as const)('%s, which has no place for it, says what a policy set aside', (_, render) => {
  const suppressed = [
    { finding: buildFinding('CVE-2025-0001'), by: '.clearstory.yaml', reason: null, until: null },
  ];
  expect(render(buildReportOf([], { suppressed }))).toContain('1 finding, suppressed by policy.');
});

test('a clean image is clean', () => {
  const report = buildReportOf([]);
  expect(renderJunit(report)).toMatch(/tests="1" failures="0" errors="0"/);
  expect(parse(renderSarif(report)).runs[0].invocations[0].executionSuccessful).toBe(true);
  expect(parse(renderGitlab(report)).scan.status).toBe('success');
});

test('JUnit: nothing listed for a Windows out of support is no success', () => {
  const { os, ...rest } = buildReportOf([]);
  const report = { ...rest, os: { ...os!, supported: false, endOfSupport: '2023-05-09' } };
  const xml = renderJunit(report);
  expect(xml).toMatch(/<testsuites [^>]* tests="1" failures="1" errors="0"/);
  expect(xml).toContain('<failure type="out-of-support" message="');
  expect(xml).not.toContain('name="findings');
});
