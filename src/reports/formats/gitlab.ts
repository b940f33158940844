// GitLab's container scanning report, schema 15: https://docs.gitlab.com/ee/development/integrations/secure.html#report.
import { createHash } from 'node:crypto';
import type { Finding } from '../../model/finding.ts';
import type { Report, ReportPackage } from '../../model/report.ts';
import type { Severity } from '../../model/severity.ts';
import { adviceSentences } from '../advice-text.ts';
import { isJudged } from '../is-judged.ts';
import { hiddenSentences, suppressedSentences } from '../set-aside.ts';
import { packageLabel, packagesOf, remarks, remedy } from './finding-words.ts';

const SCHEMA_VERSION = '15.0.7';

const SEVERITIES: Readonly<Record<Severity, string>> = {
  Critical: 'Critical',
  High: 'High',
  Medium: 'Medium',
  Low: 'Low',
  Negligible: 'Info',
  Unknown: 'Unknown',
};

/** Suppressed findings have no place in the schema: they are left out, and a message says so. */
export function renderGitlab(report: Report): string {
  const packages = packagesOf(report);
  const scanner = {
    id: 'clearstory',
    name: 'Clearstory',
    vendor: { name: 'Clearstory' },
    version: report.tool.version,
  };
  const document = {
    version: SCHEMA_VERSION,
    scan: {
      analyzer: scanner,
      scanner,
      type: 'container_scanning',
      start_time: timeOf(report.created),
      end_time: timeOf(report.created),
      status: isJudged(report) ? 'success' : 'failure',
      messages: [
        ...adviceSentences(report.advice).map((value, index) => ({
          level: index === 0 && !isJudged(report) ? 'fatal' : 'info',
          value,
        })),
        ...[...hiddenSentences(report), ...suppressedSentences(report)].map((value) => ({
          level: 'info',
          value,
        })),
        ...report.notices.map(({ message, uncertain }) => ({
          level: uncertain ? 'warn' : 'info',
          value: message,
        })),
      ],
    },
    vulnerabilities: report.findings.map((finding) =>
      vulnerability(finding, packages.get(finding.package), report),
    ),
    remediations: [],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function vulnerability(finding: Finding, subject: ReportPackage | undefined, report: Report): object {
  const { id, title, severity, links, installed } = finding;
  const name = subject?.name ?? finding.package;
  const system = report.os ? `windows ${report.os.version}` : 'windows';
  return {
    id: createHash('sha256').update([report.image.target, name, installed, id].join('\n')).digest('hex'),
    name: (title === '' ? id : `${id}: ${title}`).slice(0, 255),
    description: [`${packageLabel(subject, finding)} has ${id}`, ...remarks(finding)].join('. ').concat('.'),
    severity: SEVERITIES[severity],
    solution: `${remedy(finding)}.`,
    location: {
      // Without it the report is invalid.
      operating_system: system,
      image: report.image.target,
      dependency: { package: { name }, version: installed },
    },
    identifiers: [
      { type: identifierType(id), name: id, value: id, ...(links[0] !== undefined && { url: links[0] }) },
    ],
    links: links.map((url) => ({ url })),
  };
}

function identifierType(id: string): string {
  const [prefix = ''] = id.toLowerCase().split('-');
  return prefix === 'cve' || prefix === 'ghsa' ? prefix : 'other';
}

/** The schema wants UTC without a zone. */
function timeOf(created: string): string {
  return created.slice(0, 19);
}
