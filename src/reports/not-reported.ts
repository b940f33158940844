// Why a vulnerability is not among the findings of an image, or why the report does not tell.
import type { Report } from '../model/report.ts';
import { type WindowsRelease, windowsRelease } from '../windows/releases.ts';
import type { ExplanationField } from './explanation-fields.ts';
import { isJudged } from './is-judged.ts';
import { count } from './text-layout.ts';

/** `id` in capitals. Says "not listed" only where that is known. */
export function notReportedFields(report: Report, id: string): ExplanationField[] {
  const hidden = report.hidden.map(
    ({ by, count: number }): ExplanationField => [
      'but',
      `${count(number, 'finding')} ${number === 1 ? 'is' : 'are'} hidden by ${by}, and the report does not say which`,
    ],
  );
  return [['verdict', verdict(report, id)], ...hidden, ...silence(report, id)];
}

function verdict(report: Report, id: string): string {
  const { os, advisories, hidden } = report;
  if (!isJudged(report) || !os) return unjudged(report);
  if (report.fixed.includes(id)) return `fixed: ${os.version} brings the fix`;
  if (hidden.length > 0)
    return 'not known: it is not among the findings that count; scan without what hides others';
  return (
    `not listed for ${os.name} or anything else in the image, by advisories ${advisories.version} of ` +
    advisories.fetchedAt.slice(0, 10)
  );
}

function unjudged({ os, findings, suppressed, hidden }: Report): string {
  const isEmpty = findings.length + suppressed.length + hidden.length === 0;
  const what = isEmpty ? 'nothing was judged' : 'not known, Windows itself was not judged';
  const why =
    os === null
      ? 'no Windows that is known was found'
      : `build ${os.build} is not a Windows release that this version of clearstory knows`;
  return `${what}: ${why}`;
}

/** Guidance that no update ends, of which a saved report has all or nothing; empty where it has it. */
export function guidanceFields({ findings, suppressed }: Report, id: string): ExplanationField[] {
  const all = [...findings, ...suppressed.map(({ finding }) => finding)];
  if (!id.startsWith('ADV') || all.some(({ status }) => status === 'advisory')) return [];
  return [['but', 'guidance is in a report only with --guidance']];
}

/** After the end of support, a vulnerability that is not listed may be there all the same. */
function silence(report: Report, id: string): ExplanationField[] {
  const { os } = report;
  const release = os && windowsRelease(os.build);
  if (!os || !release || report.fixed.includes(id)) return [];
  // Nano Server of a release that Server Core lives on in is matched as that: there is no silence.
  if (report.created.slice(0, 10) <= release.endOfSupport) return [];
  return [
    [
      'but',
      `support ended on ${release.endOfSupport}: what was published after that day is not listed for ${os.name}, ` +
        'whether it has it or not',
    ],
    ['infer', inference(report, release)],
  ];
}

function inference({ findings, suppressed, notices }: Report, { outlivedBy = [] }: WindowsRelease): string {
  if (outlivedBy.length === 0) {
    return '--infer cannot tell either: no release that was listed longer has the same code';
  }
  const all = [...findings, ...suppressed.map(({ finding }) => finding)];
  const isDone =
    all.some(({ status }) => status === 'inferred') ||
    notices.some(({ code }) => code === 'NOTHING_INFERRED');
  return isDone
    ? 'nor was it inferred from a release with the same code'
    : 'scan with --infer, which may find it: it also reads what is listed for releases with the same code';
}
