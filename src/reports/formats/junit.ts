// JUnit XML, as CI servers show it: one suite a package, one failed case a finding, skipped cases for what is suppressed,
// a case in error where Windows was not judged, and a failed one where it is out of support.
import type { Finding } from '../../model/finding.ts';
import type { Report, ReportPackage } from '../../model/report.ts';
import { adviceSentences } from '../advice-text.ts';
import { isJudged } from '../is-judged.ts';
import { noFindingsText } from '../no-findings.ts';
import { hiddenSentences } from '../set-aside.ts';
import { packageLabel, remarks, remedy } from './finding-words.ts';
import { escapeXml } from './xml-escape.ts';

export function renderJunit(report: Report): string {
  const { findings, suppressed } = report;
  const counted = findings.length + suppressed.length;
  const errors = isJudged(report) ? 0 : 1;
  // Nothing is listed for it any more, which is no good news.
  const isUnsupported = errors === 0 && report.os?.supported === false;
  const extra = errors + (isUnsupported ? 1 : 0);
  const isClean = counted + extra === 0;
  const suites = [
    ...(errors > 0 ? [imageSuite(report, 'not judged', 'error')] : []),
    ...(isUnsupported ? [imageSuite(report, 'out of support', 'failure')] : []),
    ...report.packages.flatMap((each) => suite(each, report)),
    ...(isClean ? [cleanSuite(report)] : []),
  ];
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escapeXml(report.image.target)}" tests="${isClean ? 1 : counted + extra}" failures="${findings.length + extra - errors}" errors="${errors}" time="0">`,
    ...suites,
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function suite(each: ReportPackage, report: Report): string[] {
  const own = report.findings.filter((finding) => finding.package === each.id);
  const aside = report.suppressed.filter(({ finding }) => finding.package === each.id);
  if (own.length + aside.length === 0) return [];
  const name = escapeXml(`${each.name} ${each.version}`.trim());
  const head = `  <testsuite name="${name}" tests="${own.length + aside.length}" failures="${own.length}" errors="0" skipped="${aside.length}" time="0" timestamp="${report.created.slice(0, 19)}" hostname="${escapeXml(report.image.target)}">`;
  const cases = [
    ...own.map((finding) => failedCase(finding, each)),
    ...aside.map(({ finding, by, reason }) => {
      const why = escapeXml(`${reason ?? 'no reason given'}; by ${by}`);
      return `    <testcase name="${escapeXml(finding.id)}" classname="${name}" time="0"><skipped message="${why}"/></testcase>`;
    }),
  ];
  return [[head, ...properties(report), ...cases, '  </testsuite>'].join('\n')];
}

function failedCase(finding: Finding, each: ReportPackage): string {
  const name = escapeXml(`${finding.id} (${finding.severity})`);
  const className = escapeXml(packageLabel(each, finding));
  const text = [finding.title, remedy(finding), ...remarks(finding), ...finding.links].filter(
    (line) => line !== '',
  );
  return `    <testcase name="${name}" classname="${className}" time="0"><failure type="${finding.severity}" message="${escapeXml(finding.title || finding.id)}">${escapeXml(text.join('\n'))}</failure></testcase>`;
}

/** What is wrong with the image as a whole. Never skipped: CI servers show a run with skipped cases as passed. */
function imageSuite(report: Report, what: string, outcome: 'error' | 'failure'): string {
  const name = escapeXml(report.image.target);
  const [first = '', ...more] = adviceSentences(report.advice);
  const text = [...more, ...report.notices.map(({ message }) => message)].join('\n');
  return [
    `  <testsuite name="${name}" tests="1" failures="${outcome === 'failure' ? 1 : 0}" errors="${outcome === 'error' ? 1 : 0}" skipped="0" time="0">`,
    ...properties(report),
    `    <testcase name="${what}" classname="${name}" time="0"><${outcome} type="${what.replaceAll(' ', '-')}" message="${escapeXml(first)}">${escapeXml(text)}</${outcome}></testcase>`,
    '  </testsuite>',
  ].join('\n');
}

/** A run without a case looks as if it had not run. */
function cleanSuite(report: Report): string {
  const name = escapeXml(report.image.target);
  const hidden = hiddenSentences(report);
  const said = hidden.length > 0 ? `<system-out>${escapeXml(hidden.join('\n'))}</system-out>` : '';
  return [
    `  <testsuite name="${name}" tests="1" failures="0" errors="0" skipped="0" time="0">`,
    ...properties(report),
    `    <testcase name="findings: ${noFindingsText(report)}" classname="${name}" time="0">${said}</testcase>`,
    '  </testsuite>',
  ].join('\n');
}

/** How much is not among the cases because of an option. */
function properties({ hidden }: Report): string[] {
  if (hidden.length === 0) return [];
  const all = hidden.map(({ by, count }) => `<property name="hidden by ${escapeXml(by)}" value="${count}"/>`);
  return [`    <properties>${all.join('')}</properties>`];
}
