// The report for people: what it is, what to know, and one line a finding, within the width of the terminal.
import type { Finding } from '../model/finding.ts';
import type { Report, ReportOperatingSystem } from '../model/report.ts';
import { SEVERITIES } from '../model/severity.ts';
import { isAttacked } from '../model/threats.ts';
import { WHERE_CLASSES, type WhereClass } from '../model/where.ts';
import { adviceSentences } from './advice-text.ts';
import { findingRows } from './finding-rows.ts';
import { threatSources } from './formats/finding-words.ts';
import { noFindingsText } from './no-findings.ts';
import { asideWords } from './set-aside.ts';
import { count, wrap } from './text-layout.ts';

/** Where the text of a field begins. */
const FIELD_WIDTH = 14;

/** `width` is in columns. All lines keep to it, rows by shortening the title. */
export function renderTable(report: Report, width: number): string {
  const fields = (lines: readonly string[]): string[] =>
    lines.flatMap((line) => wrap(line, width, ' '.repeat(FIELD_WIDTH)));
  const lines = [
    ...adviceSentences(report.advice).flatMap((sentence) => wrap(sentence, width, '  ')),
    '',
    ...fields(heading(report)),
    ...report.notices.flatMap((notice) => wrap(`! ${notice.message}`, width, '  ')),
    '',
    ...fields(summary(report)),
    ...findingRows(report, width),
  ];
  return `${lines.join('\n')}\n`;
}

function heading(report: Report): string[] {
  const { image, os } = report;
  const lines = [
    image.target,
    field(
      'image',
      `${image.digest ? `${image.digest.slice(0, 19)}…, ` : ''}${count(image.layers.length, 'layer')}`,
    ),
  ];
  if (!os) return lines;
  lines.push(field('system', systemLine(os)));
  const set = report.packages.find((each) => each.kind === 'os');
  const index = image.layers.findIndex((layer) => layer.digest === set?.introducedIn);
  const [deciding] = os.evidence;
  if (index >= 0 && deciding) {
    const where = `layer ${index + 1} of ${image.layers.length}`;
    const what =
      deciding.kind === 'catalog'
        ? 'known from the catalogue'
        : `${deciding.path ?? ''}, ${deciding.value} = ${deciding.data}`;
    lines.push(field('set by', `${where}: ${what}`));
  }
  if (os.endOfSupport) {
    lines.push(field('support', `${os.supported ? 'until' : 'ended'} ${os.endOfSupport}`));
  }
  lines.push(field('content', contentLine(report)));
  return lines;
}

/** Products by name; of everything else, how many: `-o packages` lists them. */
function contentLine({ packages }: Report): string {
  const products = packages
    .filter(({ kind }) => kind === 'product')
    .map(({ name, version }) => `${name} ${version}`);
  const numbered = (['program', 'update', 'library', 'component'] as const).flatMap((kind) => {
    const number = packages.filter((each) => each.kind === kind).length;
    if (number === 0) return [];
    return [kind === 'library' ? `${number} ${number === 1 ? 'library' : 'libraries'}` : count(number, kind)];
  });
  return [...new Set(products), ...numbered].join(', ') || 'the system alone';
}

function systemLine(os: ReportOperatingSystem): string {
  const kind = [os.installationType, os.architecture].filter(Boolean).join(', ');
  return `${os.name}${kind ? ` (${kind})` : ''} ${os.version}`;
}

function summary(report: Report): string[] {
  const { findings, advisories, os } = report;
  const basis = `${advisories.newest ?? 'no document'}, read ${advisories.fetchedAt.slice(0, 10)}`;
  const threats = threatSources(advisories);
  const lines = [
    field('advisories', `${basis} (${advisories.version})`),
    ...(threats.length > 0 ? [field('attacks', threats.join(', '))] : []),
  ];
  if (!os) return lines;
  if (findings.length === 0) {
    lines.push(field('findings', noFindingsText(report)), ...asideLine(report));
    return lines;
  }
  const bySeverity = SEVERITIES.flatMap((severity) => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return number > 0 ? [`${number} ${severity.toLowerCase()}`] : [];
  });
  const exploited = findings.filter(isAttacked).length;
  const attacked = exploited > 0 ? `; ${exploited} exploited (*)` : '';
  lines.push(field('findings', `${findings.length}: ${bySeverity.join(', ')}${attacked}`));
  lines.push(...whereLine(findings), ...asideLine(report));
  return lines;
}

const WHERE_WORDS: Readonly<Record<WhereClass, string>> = {
  image: 'in the image',
  unknown: 'not told',
  host: 'decided by the host',
  absent: 'in components it lacks',
};

/** Of the findings of Windows: how many this image decides, and how many are not its affair. */
function whereLine(findings: readonly Finding[]): string[] {
  const parts = WHERE_CLASSES.flatMap((each) => {
    const number = findings.filter((finding) => finding.where?.class === each).length;
    return number > 0 ? [`${number} ${WHERE_WORDS[each]}`] : [];
  });
  return parts.length > 0 ? [field('where', parts.join(', '))] : [];
}

/** What was found and is not shown must not be forgotten. */
function asideLine({ suppressed, hidden }: Report): string[] {
  const parts = [
    ...asideWords({ suppressed: suppressed.length, hidden: [] }).map(
      (words) => `${words} (--show-suppressed)`,
    ),
    ...asideWords({ suppressed: 0, hidden }),
  ];
  return parts.length > 0 ? [field('not shown', parts.join(', '))] : [];
}

function field(name: string, text: string): string {
  return `  ${name}`.padEnd(FIELD_WIDTH) + text;
}
