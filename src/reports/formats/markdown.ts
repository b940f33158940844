// Markdown for the comment of a pull request: the advice, the numbers, and what is gravest.
import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import { SEVERITIES } from '../../model/severity.ts';
import { isAttacked } from '../../model/threats.ts';
import { adviceSentences } from '../advice-text.ts';
import { isJudged } from '../is-judged.ts';
import { hiddenSentences } from '../set-aside.ts';
import { attackWords, packagesOf, threatSources } from './finding-words.ts';
import { inlineMarkdown } from './markdown-text.ts';

/** GitHub refuses comments over 65,536 characters; a row takes some 200. */
const MAX_ROWS = 200;

export function renderMarkdown(report: Report): string {
  const { image, findings, suppressed, notices, advisories } = report;
  const [first = '', ...more] = adviceSentences(report.advice);
  const lines = [
    `## ${inlineMarkdown(image.target)}`,
    '',
    `**${inlineMarkdown(first)}**`,
    ...more.map((sentence) => `\n${inlineMarkdown(sentence)}`),
    '',
    ...notices.map(({ message }) => `> ⚠️ ${inlineMarkdown(message)}\n`),
    // A row of zeros says "clean".
    ...(isJudged(report) || findings.length > 0 ? numbers(findings) : ['Findings: not judged.']),
    ...(suppressed.length > 0 ? ['', `${suppressed.length} suppressed by policy.`] : []),
    ...hiddenSentences(report).map((sentence) => `\n${inlineMarkdown(sentence)}`),
    ...rows(report),
    '',
    `<sub>clearstory ${report.tool.version}, advisories ${[`${advisories.newest ?? 'none'} of ${advisories.fetchedAt.slice(0, 10)}`, ...threatSources(advisories)].join(', ')}</sub>`,
  ];
  return `${lines.join('\n')}\n`;
}

function numbers(findings: readonly Finding[]): string[] {
  const counts = SEVERITIES.map((severity) => findings.filter((each) => each.severity === severity).length);
  const exploited = findings.filter(isAttacked).length;
  return [
    `| ${[...SEVERITIES, 'Exploited', 'All'].join(' | ')} |`,
    `|${' ---: |'.repeat(SEVERITIES.length + 2)}`,
    `| ${[...counts, exploited, findings.length].join(' | ')} |`,
  ];
}

function rows(report: Report): string[] {
  const { findings } = report;
  if (findings.length === 0) return [];
  const packages = packagesOf(report);
  const shown = findings.slice(0, MAX_ROWS);
  const left = findings.length - shown.length;
  return [
    '',
    `<details><summary>${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}${left > 0 ? `, the gravest ${shown.length}` : ''}</summary>`,
    '',
    '| ID | Severity | Package | Fixed in | Where | Title |',
    '| --- | --- | --- | --- | --- | --- |',
    ...shown.map((finding) => row(finding, packages.get(finding.package)?.name ?? finding.package)),
    '',
    '</details>',
  ];
}

function row(finding: Finding, name: string): string {
  const { id, severity, fixedIn, links, where, title, installed } = finding;
  const cells = [
    links[0] === undefined ? inlineMarkdown(id) : `[${inlineMarkdown(id)}](${links[0]})`,
    [severity, ...attackWords(finding)].join(', '),
    inlineMarkdown(`${name} ${installed}`),
    inlineMarkdown([fixedIn.version ?? 'no fix', ...fixedIn.kb.slice(0, 1)].join(' ')),
    where?.class ?? '',
    inlineMarkdown(title),
  ];
  return `| ${cells.join(' | ')} |`;
}
