// The findings of a report as lines of a table, one group a product, libraries together.
import { printable } from '../base/printable.ts';
import type { Finding } from '../model/finding.ts';
import type { Report, ReportPackage } from '../model/report.ts';
import { isAttacked } from '../model/threats.ts';
import { columns, shorten } from './text-layout.ts';

const COLUMNS = ['ID', 'SEVERITY', 'CVSS', 'FIXED IN', 'KB', 'TITLE'] as const;
const LIBRARY_COLUMNS = ['ID', 'SEVERITY', 'CVSS', 'FIXED IN', 'LIBRARY', 'TITLE'] as const;

/** Longer names are cut: the titles are what is read. */
const LIBRARY_WIDTH = 30;

/** Groups in the order of the packages, each behind an empty line. A heading names the group where there are several. */
export function findingRows({ findings, packages }: Report, width: number): string[] {
  const groups: { readonly heading: string; readonly rows: readonly string[] }[] = [];
  for (const each of packages.filter(({ kind }) => kind !== 'library')) {
    const own = findings.filter((finding) => finding.package === each.id);
    if (own.length === 0) continue;
    const rows = columns(
      [COLUMNS, ...own.map((finding) => [...common(finding), kbCell(finding), finding.title])],
      width,
    );
    groups.push({ heading: headingOf(each, own.length), rows });
  }
  const libraries = new Map(packages.filter(({ kind }) => kind === 'library').map((each) => [each.id, each]));
  const inLibraries = findings.filter((finding) => libraries.has(finding.package));
  if (inLibraries.length > 0) {
    const rows = columns(
      [
        LIBRARY_COLUMNS,
        ...inLibraries.map((finding) => libraryCells(finding, libraries.get(finding.package)!)),
      ],
      width,
    );
    groups.push({ heading: `Libraries: ${inLibraries.length}`, rows });
  }
  return groups.flatMap(({ heading, rows }) => (groups.length > 1 ? ['', heading, ...rows] : ['', ...rows]));
}

function headingOf({ name, version }: ReportPackage, findings: number): string {
  return printable(`${name} ${version}`).trim().concat(`: ${findings}`);
}

function common(finding: Finding): string[] {
  return [
    isAttacked(finding) ? `${finding.id}*` : finding.id,
    finding.severity,
    finding.cvss?.score.toFixed(1) ?? '-',
    fixCell(finding),
  ];
}

/** A question mark where the data do not decide. */
function fixCell({ fixedIn, status, uncertain }: Finding): string {
  const version =
    fixedIn.version?.replace(/^10\.0\.(?=\d{5}\.)/, '') ?? (status === 'affected' ? 'unknown' : 'no fix');
  return uncertain && fixedIn.version !== null ? `${version}?` : version;
}

function libraryCells(finding: Finding, library: ReportPackage): string[] {
  return [...common(finding), shorten(`${library.name} ${library.version}`, LIBRARY_WIDTH), finding.title];
}

/** The first one does; JSON has them all. */
function kbCell({ fixedIn: { kb } }: Finding): string {
  if (kb.length === 0) return '-';
  return kb.length === 1 ? kb[0]! : `${kb[0]} +${kb.length - 1}`;
}
