// Formats whose schemas are in no package, against the schemas as the project restates them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { fullReport, unjudgedReport } from '../../../test/builders/full-report.ts';
import { buildReportOf } from '../../../test/builders/report.ts';
import { GITLAB_SCHEMA } from '../../../test/schemas/gitlab-schema.ts';
import { OPENVEX_SCHEMA } from '../../../test/schemas/openvex-schema.ts';
import { faultsBy } from '../../../test/schemas/restated-schema.ts';
import { SPDX_SCHEMA } from '../../../test/schemas/spdx-schema.ts';
import type { Report } from '../../model/report.ts';
import { renderGitlab } from './gitlab.ts';
import { renderJunit } from './junit.ts';
import { renderOpenVex } from './openvex.ts';
import { renderSpdx } from './spdx.ts';

/** Nothing found, but something fixed: any image that is up to date. */
const cleanReport = (): Report => buildReportOf([], { fixed: ['CVE-2024-0001'] });

/** Microsoft lists nothing for it any more. */
function unsupportedReport(): Report {
  const report = cleanReport();
  return { ...report, os: { ...report.os!, supported: false, endOfSupport: '2023-05-09' } };
}

const JUDGED: readonly (readonly [string, Report])[] = [
  ['everything', fullReport()],
  ['nothing found', cleanReport()],
  ['out of support', unsupportedReport()],
];
const REPORTS = [...JUDGED, ['nothing judged', unjudgedReport()]] as const;

// biome-ignore lint/suspicious/noExplicitAny: documents of formats that are not ours
const parse = (text: string): any => JSON.parse(text);

describe('OpenVEX 0.2.0', () => {
  const faults = faultsBy(OPENVEX_SCHEMA);

  test.each(JUDGED)('%s is valid', (_, report) => {
    expect(faults(parse(renderOpenVex(report)))).toEqual([]);
  });

  test('a document must state something: there is none of an image that was not judged', () => {
    expect(() => renderOpenVex(unjudgedReport())).toThrow(/nothing to state/);
  });

  test.each([
    ['both reasons', { justification: 'component_not_present', impact_statement: 'why' }],
    ['neither reason', {}],
    ['an unknown member', { justification: 'component_not_present', reason: 'why' }],
  ])('the schema refuses %s', (_, more) => {
    const vex = parse(renderOpenVex(fullReport()));
    const vulnerability = { name: 'CVE-2025-0001' };
    const changed = { ...vex, statements: [{ vulnerability, status: 'not_affected', ...more }] };
    expect(faults(changed)).not.toEqual([]);
  });
});

describe('SPDX 2.3', () => {
  const faults = faultsBy(SPDX_SCHEMA);

  test.each(REPORTS)('%s is valid', (_, report) => {
    expect(faults(parse(renderSpdx(report)))).toEqual([]);
  });

  test('the schema refuses a space in a reference, a time with fractions, a relation of nobody', () => {
    const spdx = parse(renderSpdx(fullReport()));
    const reference = { referenceCategory: 'SECURITY', referenceType: 'advisory', referenceLocator: 'a b' };
    expect(faults({ ...spdx, packages: [{ ...spdx.packages[0], externalRefs: [reference] }] })).toHaveLength(
      1,
    );
    const created = '2026-01-01T00:00:00.000Z';
    expect(faults({ ...spdx, creationInfo: { ...spdx.creationInfo, created } })).toHaveLength(1);
    const relation = { spdxElementId: 'a', relatedSpdxElement: 'b', relationshipType: 'KNOWS' };
    expect(faults({ ...spdx, relationships: [relation] })).toHaveLength(1);
  });
});

describe('GitLab container scanning 15', () => {
  const faults = faultsBy(GITLAB_SCHEMA);

  test.each(REPORTS)('%s is valid', (_, report) => {
    expect(faults(parse(renderGitlab(report)))).toEqual([]);
  });

  test('the schema refuses a report without scan, a name that is too long, a link to nowhere', () => {
    const { scan, ...rest } = parse(renderGitlab(fullReport()));
    expect(faults(rest)).toHaveLength(1);
    const [first] = rest.vulnerabilities;
    const vulnerabilities = [{ ...first, name: 'n'.repeat(256), links: [{ url: 'javascript:1' }] }];
    expect(faults({ ...rest, scan, vulnerabilities })).toHaveLength(2);
  });
});

describe('JUnit', () => {
  const schema = readFileSync(join(import.meta.dirname, '../../../test/schemas/junit.xsd'), 'utf8');
  const faults = async (contents: string): Promise<readonly string[]> => {
    const xml = [{ fileName: 'report.xml', contents }];
    return (await validateXML({ xml, schema: [schema] })).errors.map(({ rawMessage }) => rawMessage);
  };

  test.each(REPORTS)('%s is valid', async (_, report) => {
    expect(await faults(renderJunit(report))).toEqual([]);
  });

  test('the schema refuses a suite without counts, and text that breaks out', async () => {
    const xml = renderJunit(fullReport());
    expect(await faults(xml.replace(/ failures="\d+" errors="0" skipped/, ' skipped'))).not.toEqual([]);
    expect(await faults(xml.replace('<failure ', '<failure><script/></failure><failure '))).not.toEqual([]);
  });
});
