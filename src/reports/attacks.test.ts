// What CISA and EPSS know of a finding is seen in every format that people read.
import { expect, test } from 'vitest';
import { buildFinding, buildReportOf } from '../../test/builders/report.ts';
import { renderExplanation } from './explanation.ts';
import { renderCycloneDx } from './formats/cyclonedx.ts';
import { renderGitlab } from './formats/gitlab.ts';
import { renderJunit } from './formats/junit.ts';
import { renderMarkdown } from './formats/markdown.ts';
import { renderSarif } from './formats/sarif.ts';
import { renderHtml } from './html/html-report.ts';
import { renderSummary, summaryRow } from './summary-table.ts';
import { renderTable } from './table.ts';

const base = buildReportOf([]);
const report = buildReportOf(
  [
    buildFinding('CVE-2025-1000', {
      kev: { added: '2025-12-12', due: '2026-01-02', ransomware: true },
      epss: { probability: 0.93412, percentile: 0.99871 },
    }),
    buildFinding('CVE-2025-1001'),
  ],
  {
    advisories: {
      ...base.advisories,
      kevFetchedAt: '2026-01-05T00:00:00.000Z',
      epssFetchedAt: '2026-01-06T00:00:00.000Z',
    },
  },
);
const SENTENCE = 'CISA knows it to be exploited, in ransomware campaigns: due 2026-01-02';

test('the table marks it and says when the feeds were read', () => {
  const text = renderTable(report, 200);
  expect(text).toMatch(/^ {2}attacks +CISA KEV read 2026-01-05, EPSS read 2026-01-06$/m);
  expect(text).toMatch(/; 1 exploited \(\*\)$/m);
  expect(text).toMatch(/^CVE-2025-1000\* /m);
  expect(text).toMatch(/^CVE-2025-1001 /m);
  expect(renderTable(base, 200)).not.toMatch(/attacks|KEV/);
});

test('the summary of many images counts it', () => {
  expect(summaryRow(report)).toMatchObject({ findings: 2, exploited: 1 });
  expect(renderSummary([summaryRow(report)], 100)).toMatch(/^10\.0\.20348\.2322 +2 +0 +1 /m);
});

test('an explanation says both', () => {
  const text = renderExplanation(report, ['CVE-2025-1000'], 200);
  expect(text).toContain(`  attacks     ${SENTENCE}\n  attacks     EPSS 0.93, higher than 99 % of all\n`);
  expect(renderExplanation(report, ['CVE-2025-1001'], 200)).not.toContain('attacks  ');
});

test('Markdown names it in row, numbers and closing line', () => {
  const text = renderMarkdown(report);
  expect(text).toMatch(/\| CVE-2025-1000 \| High, KEV \|/);
  expect(text).toMatch(/\| CVE-2025-1001 \| High \|/);
  expect(text).toContain('| 0 | 2 | 0 | 0 | 0 | 0 | 1 | 2 |');
  expect(text).toContain('CISA KEV read 2026-01-05, EPSS read 2026-01-06</sub>');
});

test('HTML has the tag and the sentences', () => {
  const data = /id="data">(.*?)<\/script>/s.exec(renderHtml(report))![1]!;
  const rows = JSON.parse(data) as { id: string; kev: boolean; details: string[] }[];
  expect(rows.map(({ id, kev }) => [id, kev])).toEqual([
    ['CVE-2025-1000', true],
    ['CVE-2025-1001', false],
  ]);
  expect(rows[0]!.details).toEqual(expect.arrayContaining([SENTENCE, 'EPSS 0.93, higher than 99 % of all']));
});

test('SARIF has tags and numbers', () => {
  const { rules } = (
    JSON.parse(renderSarif(report)) as {
      runs: [{ tool: { driver: { rules: { properties: Record<string, unknown> }[] } } }];
    }
  ).runs[0].tool.driver;
  expect(rules.map(({ properties }) => properties)).toMatchObject([
    { tags: expect.arrayContaining(['kev', 'kev-ransomware']), epss: 0.93412, 'epss-percentile': 0.99871 },
    { tags: ['security', 'vulnerability', 'HIGH'] },
  ]);
  expect(rules[1]!.properties).not.toHaveProperty('epss');
});

test('CycloneDX has properties', () => {
  const { vulnerabilities } = JSON.parse(renderCycloneDx(report)) as {
    vulnerabilities: { properties?: { name: string; value: string }[] }[];
  };
  expect(vulnerabilities.map(({ properties }) => properties)).toEqual([
    [
      { name: 'clearstory:kev:added', value: '2025-12-12' },
      { name: 'clearstory:kev:due', value: '2026-01-02' },
      { name: 'clearstory:kev:ransomware', value: 'true' },
      { name: 'clearstory:epss:probability', value: '0.93412' },
      { name: 'clearstory:epss:percentile', value: '0.99871' },
    ],
    undefined,
  ]);
});

test.each([
  ['SARIF', renderSarif],
  ['CycloneDX', renderCycloneDx],
  ['GitLab', renderGitlab],
  ['JUnit', renderJunit],
])('%s says it in a sentence', (_, render) => {
  expect(render(report)).toContain(SENTENCE);
});
