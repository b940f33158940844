// How `ctl report` shows what it got: lines of text, the documents themselves, or JUnit's XML.
import { columns } from '../../reports/text-layout.ts';
import { type FoundVulnerability, foundVulnerabilities } from './found-vulnerabilities.ts';
import type { FetchedReport } from './image-report.ts';

/** What became of one image. */
export type ImageOutcome =
  | { readonly image: string; readonly fetched: FetchedReport }
  | { readonly image: string; readonly error: string };

export interface ReportFormat {
  readonly begin: string;
  image(outcome: ImageOutcome): string;
  readonly end: string;
}

export const REPORT_FORMATS: Readonly<Record<'text' | 'json' | 'xml', ReportFormat>> = {
  text: { begin: '', image: textOf, end: '' },
  json: { begin: '', image: (outcome) => ('fetched' in outcome ? `${outcome.fetched.text}\n` : ''), end: '' },
  xml: {
    begin: '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n',
    image: suiteOf,
    end: '</testsuites>\n',
  },
};

function textOf(outcome: ImageOutcome): string {
  const { image } = outcome;
  if ('error' in outcome) return lines([[image, 'error', outcome.error]]);
  const found = foundVulnerabilities(outcome.fetched.report);
  if (found.length === 0) return lines([[image, 'ok']]);
  return lines(found.map((each) => [image, 'found', each.package, each.version, each.name, fixed(each)]));
}

function lines(rows: readonly (readonly string[])[]): string {
  return columns(rows, Number.POSITIVE_INFINITY)
    .map((line) => `${line}\n`)
    .join('');
}

function fixed({ fixedIn }: FoundVulnerability): string {
  return fixedIn === '' ? '' : `(fixed: ${fixedIn})`;
}

/** One case for every package; those that something is wrong with fail, with a line for each. */
function suiteOf(outcome: ImageOutcome): string {
  const name = xml(outcome.image);
  if ('error' in outcome) {
    const problem = `<error message="${xml(outcome.error)}"></error>`;
    return `  <testsuite name="${name}" tests="1" failures="0" errors="1">\n    <testcase name="report" classname="${name}">${problem}</testcase>\n  </testsuite>\n`;
  }
  const { report } = outcome.fetched;
  const found = new Map<string, FoundVulnerability[]>();
  for (const each of foundVulnerabilities(report)) {
    const key = `${each.package} ${each.version}`;
    const rows = found.get(key) ?? [];
    if (rows.push(each) === 1) found.set(key, rows);
  }
  const packages = [...new Set(Object.values(report.packages).map((each) => `${each.name} ${each.version}`))];
  const cases = packages.sort().map((each) => caseOf(each.trim(), name, found.get(each) ?? []));
  return `  <testsuite name="${name}" tests="${packages.length}" failures="${found.size}" errors="0">\n${cases.join('')}  </testsuite>\n`;
}

function caseOf(name: string, suite: string, found: readonly FoundVulnerability[]): string {
  const start = `    <testcase name="${xml(name)}" classname="${suite}"`;
  if (found.length === 0) return `${start}></testcase>\n`;
  const details = found.map((each) => `${each.name} ${each.severity} ${fixed(each)}`.trim()).join('\n');
  const count = `${found.length} ${found.length === 1 ? 'vulnerability' : 'vulnerabilities'}`;
  return `${start}><failure message="${count}" type="vulnerability">${xml(details)}</failure></testcase>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What XML 1.0 has no way to write is left out, halves of surrogate pairs as well. */
function xml(text: string): string {
  return (
    Buffer.from(text)
      .toString('utf8')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replace(/[&<>"]/g, (character) => ENTITIES[character]!)
  );
}
