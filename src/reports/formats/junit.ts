// JUnit XML, as CI servers show it: one suite a package, one failed case a finding, skipped cases for what is suppressed.
import type { Finding } from '../../model/finding.ts';
import type { Report, ReportPackage } from '../../model/report.ts';
import { adviceSentences } from '../advice-text.ts';
import { packageLabel, remarks, remedy } from './finding-words.ts';
import { escapeXml } from './xml-escape.ts';

export function renderJunit(report: Report): string {
  const suites = report.packages
    .map((each) => suite(each, report))
    .filter((text): text is string => text !== undefined);
  const { findings, suppressed } = report;
  const total = findings.length + suppressed.length;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escapeXml(report.image.target)}" tests="${Math.max(total, 1)}" failures="${findings.length}" errors="0" time="0">`,
    ...(suites.length > 0 ? suites : [cleanSuite(report)]),
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function suite(each: ReportPackage, report: Report): string | undefined {
  const own = report.findings.filter((finding) => finding.package === each.id);
  const aside = report.suppressed.filter(({ finding }) => finding.package === each.id);
  if (own.length + aside.length === 0) return undefined;
  const name = escapeXml(`${each.name} ${each.version}`.trim());
  const head = `  <testsuite name="${name}" tests="${own.length + aside.length}" failures="${own.length}" errors="0" skipped="${aside.length}" time="0" timestamp="${report.created.slice(0, 19)}" hostname="${escapeXml(report.image.target)}">`;
  const cases = [
    ...own.map((finding) => failedCase(finding, each)),
    ...aside.map(({ finding, by, reason }) => {
      const why = escapeXml(`${reason ?? 'no reason given'}; by ${by}`);
      return `    <testcase name="${escapeXml(finding.id)}" classname="${name}" time="0"><skipped message="${why}"/></testcase>`;
    }),
  ];
  return [head, ...cases, '  </testsuite>'].join('\n');
}

function failedCase(finding: Finding, each: ReportPackage): string {
  const name = escapeXml(`${finding.id} (${finding.severity})`);
  const className = escapeXml(packageLabel(each, finding));
  const text = [finding.title, remedy(finding), ...remarks(finding), ...finding.links].filter(
    (line) => line !== '',
  );
  return `    <testcase name="${name}" classname="${className}" time="0"><failure type="${finding.severity}" message="${escapeXml(finding.title || finding.id)}">${escapeXml(text.join('\n'))}</failure></testcase>`;
}

/** A run without a case looks as if it had not run. */
function cleanSuite(report: Report): string {
  const name = escapeXml(report.image.target);
  if (!report.os) {
    return `  <testsuite name="${name}" tests="1" failures="0" errors="0" skipped="1" time="0"><testcase name="not judged" classname="${name}" time="0"><skipped message="${adviceText(report)}"/></testcase></testsuite>`;
  }
  return `  <testsuite name="${name}" tests="1" failures="0" errors="0" skipped="0" time="0"><testcase name="no findings" classname="${name}" time="0"/></testsuite>`;
}

function adviceText({ advice }: Report): string {
  return escapeXml(adviceSentences(advice).join('\n'));
}
