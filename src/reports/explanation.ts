// Why a vulnerability is reported for an image, or is not: rule, evidence, document, dates, what ends it.
import { printable } from '../base/printable.ts';
import type { Finding } from '../model/finding.ts';
import type { Report, SuppressedFinding } from '../model/report.ts';
import { type ExplanationField, fieldLines } from './explanation-fields.ts';
import { packageLabel, packagesOf, remedy, threatRemarks } from './formats/finding-words.ts';
import { guidanceFields, notReportedFields } from './not-reported.ts';
import { wrap } from './text-layout.ts';

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

/** Which option hides a finding of a report that has all of them; `undefined`: none. */
export type HiddenBy = (finding: Finding) => string | undefined;

/**
 * One block an ID, in the order of `ids`, which are compared without case; then what to know beside all of them. Without
 * `hiddenBy` the report may lack what options hide.
 */
export function renderExplanation(
  report: Report,
  ids: readonly string[],
  width: number,
  hiddenBy?: HiddenBy,
): string {
  const blocks = ids.map((id) => explain(report, id.toUpperCase(), width, hiddenBy));
  const notices = report.notices.flatMap(({ message }) => wrap(`! ${message}`, width, '  '));
  const parts = [...blocks, ...(notices.length > 0 ? [notices] : [])];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function explain(report: Report, id: string, width: number, hiddenBy: HiddenBy | undefined): string[] {
  const found = report.findings.filter((finding) => isCalled(finding, id));
  const aside = report.suppressed.filter(({ finding }) => isCalled(finding, id));
  if (found.length + aside.length === 0) {
    const fields = [...notReportedFields(report, id), ...(hiddenBy ? [] : guidanceFields(report, id))];
    return [printable(id), ...fieldLines(fields, width)];
  }
  return [
    ...found.flatMap((finding) => block(report, finding, hiddenFields(hiddenBy?.(finding)), width)),
    ...aside.flatMap((each) => block(report, each.finding, suppressedFields(each), width)),
  ];
}

/** By its own name or another one of the same vulnerability. */
function isCalled({ id, aliases = [] }: Finding, name: string): boolean {
  return [id, ...aliases].some((each) => each.toUpperCase() === name);
}

function hiddenFields(by: string | undefined): ExplanationField[] {
  return by === undefined ? [] : [['hidden', `by ${by}: it is found, but does not count`]];
}

function suppressedFields({ by, reason, until }: SuppressedFinding): ExplanationField[] {
  return [
    ['suppressed', `by ${by}: ${reason ?? 'no reason given'}${until === null ? '' : `, until ${until}`}`],
  ];
}

/** `set` says why the finding does not count, if it does not. */
function block(report: Report, finding: Finding, set: readonly ExplanationField[], width: number): string[] {
  const {
    id,
    aliases = [],
    title,
    rule,
    note,
    evidence,
    where,
    severity,
    cvss,
    exploited,
    publiclyDisclosed,
    links,
  } = finding;
  const label = packageLabel(packagesOf(report).get(finding.package), finding);
  const { rebuild } = report.advice;
  const fields: ExplanationField[] = [
    ...(aliases.length > 0 ? [['also called', aliases.join(', ')] as const] : []),
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
    ...set,
    ...links.map((link) => ['see', link] as const),
  ];
  return [printable(`${id}  ${title}`.trimEnd()), ...fieldLines(fields, width)];
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
