// Why a vulnerability is reported for an image, or is not: rule, evidence, document, dates, what ends it.
import { printable } from '../base/printable.ts';
import type { Finding } from '../model/finding.ts';
import type { Report, SuppressedFinding } from '../model/report.ts';
import { packageLabel, packagesOf, remedy, threatRemarks } from './formats/finding-words.ts';
import { wrap } from './text-layout.ts';

const FIELD_WIDTH = 14;

/** What the rules of docs/matching.md say, in a few words. */
const RULES: Readonly<Record<string, string>> = {
  R3: 'the document names a FixedBuild of this build',
  R4: 'the document names a KB, and the release history says which revision it is',
  R5: 'the document names a KB, and another entry says which revision it is',
  R6: 'the document names neither; most of its entries for this product name this revision',
  sibling: 'the document names a build of the same servicing branch',
  R8: 'the document names no fix',
  unplaced: 'the document names a fix, and no rule tells its revision',
  infer: 'Microsoft lists nothing for this release any more; a release with the same code is listed',
  N2: 'the document names a revision of this line of .NET Framework',
  N3: 'this line of .NET Framework is fixed with Windows itself',
  N4: 'the document names a KB alone; rollups of other months tell',
  V1: 'the document names the fixed version of this line',
  V2: 'the document names no version; those of other months tell',
  V3: 'the document names no fix',
  OSV: 'versions and ranges of the records of OSV',
};

/** One block an ID, in the order of `ids`; IDs are compared without case. */
export function renderExplanation(report: Report, ids: readonly string[], width: number): string {
  const blocks = ids.map((id) => explain(report, id.toUpperCase(), width).join('\n'));
  return `${blocks.join('\n\n')}\n`;
}

function explain(report: Report, id: string, width: number): string[] {
  const found = report.findings.filter((finding) => finding.id.toUpperCase() === id);
  const aside = report.suppressed.filter(({ finding }) => finding.id.toUpperCase() === id);
  if (found.length + aside.length === 0) return notReported(report, id, width);
  return [
    ...found.flatMap((finding) => block(report, finding, undefined, width)),
    ...aside.flatMap((each) => block(report, each.finding, each, width)),
  ];
}

function block(
  report: Report,
  finding: Finding,
  aside: SuppressedFinding | undefined,
  width: number,
): string[] {
  const { id, title, rule, note, evidence, where, severity, cvss, exploited, publiclyDisclosed, links } =
    finding;
  const label = packageLabel(packagesOf(report).get(finding.package), finding);
  const { rebuild } = report.advice;
  const fields: (readonly [string, string])[] = [
    ['found in', label],
    ['verdict', `${finding.status}${finding.uncertain ? ', uncertain' : ''}: ${remedy(finding)}`],
    ['rule', `${rule}: ${RULES[rule] ?? 'see docs/matching.md'}`],
    ...(note === null ? [] : [['note', note] as const]),
    ...evidence.map((each) => ['evidence', evidenceText(report, each)] as const),
    ...(where ? [['where', `${where.class}: ${where.reason}`] as const] : []),
    ['severity', `${severity}${cvss ? `, CVSS ${cvss.score.toFixed(1)} (${cvss.vector})` : ''}`],
    [
      'exploited',
      `${exploited ? 'yes, Microsoft knows of attacks' : 'not that Microsoft says'}; publicly disclosed: ${publiclyDisclosed ? 'yes' : 'no'}`,
    ],
    ...threatRemarks(finding).map((each) => ['attacks', each] as const),
    [
      'document',
      `${finding.source}${finding.published === null ? '' : `, published ${finding.published}`}, advisories ${report.advisories.version}`,
    ],
    ...(rebuild && finding.fixedIn.version !== null && finding.where
      ? [
          [
            'better',
            `${rebuild.version}${rebuild.kb ? ` (${rebuild.kb})` : ''} ends ${rebuild.ends} findings at once`,
          ] as const,
        ]
      : []),
    ...(aside
      ? [
          [
            'suppressed',
            `by ${aside.by}: ${aside.reason ?? 'no reason given'}${aside.until === null ? '' : `, until ${aside.until}`}`,
          ] as const,
        ]
      : []),
    ...links.map((link) => ['see', link] as const),
  ];
  return [printable(`${id}  ${title}`.trimEnd()), ...lines(fields, width)];
}

function notReported(report: Report, id: string, width: number): string[] {
  const { os, advisories } = report;
  if (!os)
    return [id, ...lines([['verdict', 'nothing was judged: no Windows that is known was found']], width)];
  const verdict = report.fixed.includes(id)
    ? `fixed: ${os.version} brings the fix`
    : `not listed for ${os.name} or anything else in the image, by advisories ${advisories.version} of ${advisories.fetchedAt.slice(0, 10)}`;
  const hidden =
    report.hidden.length > 0
      ? [
          [
            'but',
            `${report.hidden.map(({ by, count }) => `${count} findings are hidden by ${by}`).join(', ')}`,
          ] as const,
        ]
      : [];
  return [id, ...lines([['verdict', verdict], ...hidden], width)];
}

function evidenceText(
  { image }: Report,
  { layer, path, key, value, data }: Finding['evidence'][number],
): string {
  const index = image.layers.findIndex(({ digest }) => digest === layer);
  const place = index < 0 ? '' : `layer ${index + 1} of ${image.layers.length}: `;
  const name = [path, key, value].filter((part) => part !== undefined).join(', ');
  return `${place}${name === '' ? data : `${name} = ${data}`}`;
}

function lines(fields: readonly (readonly [string, string])[], width: number): string[] {
  return fields.flatMap(([name, text]) =>
    wrap(`  ${name}`.padEnd(FIELD_WIDTH) + text, width, ' '.repeat(FIELD_WIDTH)),
  );
}
