// SARIF 2.1.0 as GitHub code scanning takes it: https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning.
import { createHash } from 'node:crypto';
import type { Log, ReportingDescriptor, Result } from 'sarif';
import type { Finding } from '../../model/finding.ts';
import type { Report, ReportPackage, SuppressedFinding } from '../../model/report.ts';
import type { Severity } from '../../model/severity.ts';
import { adviceSentences } from '../advice-text.ts';
import { isJudged } from '../is-judged.ts';
import { hiddenSentences } from '../set-aside.ts';
import { imageName, packageLabel, packagesOf, remarks, remedy } from './finding-words.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/** GitHub refuses a run with more; it shows the first 5,000, and findings come gravest first. */
const MAX_RESULTS = 25_000;

/** GitHub's limit for the descriptions of a rule, in characters. */
const MAX_DESCRIPTION = 1024;

const LEVELS: Readonly<Record<Severity, Result.level>> = {
  Critical: 'error',
  High: 'error',
  Medium: 'warning',
  Low: 'note',
  Negligible: 'note',
  Unknown: 'warning',
};

export function renderSarif(report: Report): string {
  const packages = packagesOf(report);
  const all: readonly (Finding | SuppressedFinding)[] = [...report.findings, ...report.suppressed];
  const shown = all.slice(0, MAX_RESULTS);
  const rules = new Map<string, ReportingDescriptor>();
  for (const each of shown) {
    const finding = 'finding' in each ? each.finding : each;
    if (!rules.has(finding.id)) rules.set(finding.id, rule(finding));
  }
  const indices = new Map([...rules.keys()].map((id, index) => [id, index]));
  const log: Log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: report.tool.name,
            version: report.tool.version,
            semanticVersion: report.tool.version,
            informationUri: 'https://www.npmjs.com/package/clearstory',
            rules: [...rules.values()],
          },
        },
        // Tells the images of one repository apart.
        automationDetails: { id: `clearstory/${imageName(report)}/` },
        invocations: [
          {
            // The format wants both of an analysis that is not complete: this, and a notification of level error.
            executionSuccessful: isJudged(report),
            endTimeUtc: report.created,
            toolExecutionNotifications: notifications(report, all.length - shown.length),
          },
        ],
        columnKind: 'utf16CodeUnits',
        results: shown.map((each) =>
          'finding' in each
            ? { ...result(each.finding, report, packages, indices), suppressions: [suppression(each)] }
            : result(each, report, packages, indices),
        ),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

/** One a vulnerability: results in several packages share it. */
function rule(finding: Finding): ReportingDescriptor {
  const { id, title, links, severity, cvss, source, epss } = finding;
  const text = title === '' ? id : title;
  const score = securitySeverity(cvss?.score, severity);
  return {
    id,
    name: id.replaceAll('-', ''),
    shortDescription: { text: `${id}: ${text}`.slice(0, MAX_DESCRIPTION) },
    fullDescription: { text: `${text} (${severity}, ${source})`.slice(0, MAX_DESCRIPTION) },
    ...(links[0] !== undefined && { helpUri: links[0] }),
    help: {
      text: [text, ...links].join('\n'),
      markdown: `**${id}** ${text}\n\n${links.map((link) => `- <${link}>`).join('\n')}`,
    },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: {
      ...(score !== undefined && { 'security-severity': score }),
      precision: 'very-high',
      ...(epss && { epss: epss.probability, 'epss-percentile': epss.percentile }),
      tags: tagsOf(finding),
    },
  };
}

function tagsOf({ severity, exploited, kev }: Finding): string[] {
  return [
    'security',
    'vulnerability',
    severity.toUpperCase(),
    ...(exploited ? ['exploited'] : []),
    ...(kev ? ['kev'] : []),
    ...(kev?.ransomware ? ['kev-ransomware'] : []),
  ];
}

function result(
  finding: Finding,
  report: Report,
  packages: ReadonlyMap<string, ReportPackage>,
  indices: ReadonlyMap<string, number>,
): Result {
  const subject = packages.get(finding.package);
  const label = packageLabel(subject, finding);
  const ruleIndex = indices.get(finding.id);
  return {
    ruleId: finding.id,
    ...(ruleIndex !== undefined && { ruleIndex }),
    level: LEVELS[finding.severity],
    message: {
      text: [`${label} has ${finding.id}`, remedy(finding), ...remarks(finding)].join('. ').concat('.'),
    },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(finding.evidence[0]?.path ?? report.image.target) },
          region: { startLine: 1 },
        },
        logicalLocations: [
          { name: label, kind: 'package', fullyQualifiedName: `${report.image.target}: ${label}` },
        ],
      },
    ],
    partialFingerprints: { primaryLocationLineHash: fingerprint(finding, subject, report) },
  };
}

/** Stays the same from build to build, whatever the versions, so that an alert is closed when it is fixed. */
function fingerprint({ id }: Finding, subject: ReportPackage | undefined, report: Report): string {
  const identity = [imageName(report), subject?.name ?? '', id].join('\n');
  return `${createHash('sha256').update(identity).digest('hex').slice(0, 16)}:1`;
}

/** GitHub wants a number above 0.0 as text; without a score it goes by the level. */
function securitySeverity(score: number | undefined, severity: Severity): string | undefined {
  if (score !== undefined && score > 0) return score.toFixed(1);
  const middle: Partial<Record<Severity, string>> = {
    Critical: '9.5',
    High: '8.0',
    Medium: '5.5',
    Low: '2.0',
  };
  return middle[severity];
}

/** A relative reference, in which a tag is not taken for a scheme. */
function uriOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function suppression({ by, reason, until }: SuppressedFinding): NonNullable<Result['suppressions']>[number] {
  const end = until === null ? '' : ` (until ${until})`;
  return {
    kind: 'external',
    status: 'accepted',
    justification: `${reason ?? 'no reason given'}; by ${by}${end}`,
  };
}

function notifications(
  report: Report,
  left: number,
): { readonly level: 'note' | 'warning' | 'error'; readonly message: { readonly text: string } }[] {
  return [
    ...adviceSentences(report.advice).map((text, index) => ({
      level: index === 0 && !isJudged(report) ? ('error' as const) : ('note' as const),
      message: { text },
    })),
    ...hiddenSentences(report).map((text) => ({ level: 'note' as const, message: { text } })),
    ...report.notices.map(({ message, uncertain }) => ({
      level: uncertain ? ('warning' as const) : ('note' as const),
      message: { text: message },
    })),
    ...(left > 0
      ? [
          {
            level: 'warning' as const,
            message: { text: `${left} more findings are left out: GitHub takes 25,000.` },
          },
        ]
      : []),
  ];
}
