// The report for people: what it is, what to know, and one line a finding, within the width of the terminal.
import type { Finding } from '../model/finding.ts';
import type { Report, ReportOperatingSystem } from '../model/report.ts';
import { SEVERITIES } from '../model/severity.ts';

/** Narrower than this a title says nothing any more; the line wraps instead. */
const MIN_TITLE_WIDTH = 16;

/** Where the text of a field begins. */
const FIELD_WIDTH = 14;

/** `width` is in columns. All lines keep to it, rows by shortening the title. */
export function renderTable(report: Report, width: number): string {
  const fields = (lines: readonly string[]): string[] =>
    lines.flatMap((line) => wrap(line, width, ' '.repeat(FIELD_WIDTH)));
  const lines = [
    ...fields(heading(report)),
    ...report.notices.flatMap((notice) => wrap(`! ${notice.message}`, width, '  ')),
    '',
    ...fields(summary(report)),
    ...(report.findings.length > 0 ? ['', ...rows(report.findings, width)] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function heading(report: Report): string[] {
  const { image, os } = report;
  const lines = [
    image.target,
    field('image', `${image.digest.slice(0, 19)}…, ${count(image.layers.length, 'layer')}`),
  ];
  if (!os) return lines;
  lines.push(field('system', systemLine(os)));
  const set = report.packages.find((each) => each.kind === 'os');
  const index = image.layers.findIndex((layer) => layer.digest === set?.introducedIn);
  const [deciding] = os.evidence;
  if (index >= 0 && deciding) {
    const where = `layer ${index + 1} of ${image.layers.length}`;
    lines.push(field('set by', `${where}: ${deciding.path ?? ''}, ${deciding.value} = ${deciding.data}`));
  }
  if (os.endOfSupport) {
    lines.push(field('support', `${os.supported ? 'until' : 'ended'} ${os.endOfSupport}`));
  }
  return lines;
}

function systemLine(os: ReportOperatingSystem): string {
  const kind = [os.installationType, os.architecture].filter(Boolean).join(', ');
  return `${os.name}${kind ? ` (${kind})` : ''} ${os.version}`;
}

function summary(report: Report): string[] {
  const { findings, advisories, os } = report;
  const basis = `${advisories.newest ?? 'no document'}, read ${advisories.fetchedAt.slice(0, 10)}`;
  const lines = [field('advisories', `${basis} (${advisories.version})`)];
  if (!os) return lines;
  if (findings.length === 0) {
    lines.push(field('findings', 'none that Microsoft lists for this version'));
    return lines;
  }
  const bySeverity = SEVERITIES.flatMap((severity) => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return number > 0 ? [`${number} ${severity.toLowerCase()}`] : [];
  });
  const exploited = findings.filter((finding) => finding.exploited).length;
  const attacked = exploited > 0 ? `; ${exploited} exploited (*)` : '';
  lines.push(field('findings', `${findings.length}: ${bySeverity.join(', ')}${attacked}`));
  lines.push(...whatToDo(findings, os));
  return lines;
}

/** Updates are cumulative, so one revision ends all findings that have a fix. */
function whatToDo(findings: readonly Finding[], os: ReportOperatingSystem): string[] {
  const prefix = `10.0.${os.build}.`;
  const fixable = findings.filter((finding) => finding.fixedIn.version?.startsWith(prefix));
  const newest = Math.max(...fixable.map(revisionOf));
  const last = fixable.find((finding) => revisionOf(finding) === newest);
  if (!last) return [];
  const kb = last.fixedIn.kb[0] ? ` (${last.fixedIn.kb[0]})` : '';
  const which = fixable.length === findings.length ? 'all of them' : `${fixable.length} of them`;
  return [field('to do', `rebuild on ${last.fixedIn.version}${kb} or later, which ends ${which}`)];
}

function revisionOf(finding: Finding): number {
  return Number(finding.fixedIn.version?.split('.').at(-1) ?? 0);
}

const COLUMNS = ['ID', 'SEVERITY', 'CVSS', 'FIXED IN', 'KB', 'TITLE'] as const;

/** One cell a column; the title takes what is left of the line. cli-table3 takes 1.3 s for 3,000 rows. */
function rows(findings: readonly Finding[], width: number): string[] {
  const cells = [COLUMNS, ...findings.map(cellsOf)];
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const fixed = widths.slice(0, -1).reduce((sum, each) => sum + each + 2, 0);
  const room = Math.max(MIN_TITLE_WIDTH, width - fixed);
  return cells.map((row) => {
    const title = row.at(-1)!;
    const shown = title.length > room ? `${title.slice(0, room - 1)}…` : title;
    return `${row
      .slice(0, -1)
      .map((cell, column) => cell.padEnd(widths[column]! + 2))
      .join('')}${shown}`;
  });
}

function cellsOf(finding: Finding): string[] {
  return [
    finding.exploited ? `${finding.id}*` : finding.id,
    finding.severity,
    finding.cvss?.score.toFixed(1) ?? '-',
    finding.fixedIn.version?.replace(/^10\.0\./, '') ?? 'no fix',
    kbCell(finding),
    finding.title,
  ];
}

/** The first one does; JSON has them all. */
function kbCell({ fixedIn: { kb } }: Finding): string {
  if (kb.length === 0) return '-';
  return kb.length === 1 ? kb[0]! : `${kb[0]} +${kb.length - 1}`;
}

function field(name: string, text: string): string {
  return `  ${name}`.padEnd(FIELD_WIDTH) + text;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Breaks at spaces; all lines but the first begin with `indent`. A word that is too long stays whole. */
function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const start = rest.search(/\S/);
    const room = rest.lastIndexOf(' ', width);
    const at = room > start + 1 ? room : rest.indexOf(' ', width);
    if (at < 0) break;
    lines.push(rest.slice(0, at).trimEnd());
    rest = indent + rest.slice(at).trimStart();
  }
  return [...lines, rest];
}
