// Every format of a report that has everything: valid by its official schema, and saying what it has to.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { fullReport, unjudgedReport, unknownBuildReport } from '../../../test/builders/full-report.ts';
import { quayFaults } from '../../../test/builders/quay-schema.ts';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import type { Report, SuppressedFinding } from '../../model/report.ts';
import { renderClair } from './clair.ts';
import { renderCycloneDx } from './cyclonedx.ts';
import { renderGitlab } from './gitlab.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { renderOpenVex } from './openvex.ts';
import { renderSarif } from './sarif.ts';
import { renderSpdx } from './spdx.ts';

const REPORTS: readonly (readonly [string, Report])[] = [
  ['everything', fullReport()],
  ['nothing judged', unjudgedReport()],
  ['an unknown build', unknownBuildReport()],
];

/** With the one finding that is set aside as a rule (`undefined`) or a VEX statement does it. */
function withVerdict(verdict: SuppressedFinding['verdict']): Report {
  const report = fullReport();
  return {
    ...report,
    suppressed: report.suppressed.map((each) => ({ ...each, ...(verdict && { verdict }) })),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: documents of formats that are not ours
const parse = (text: string): any => JSON.parse(text);

describe('CycloneDX 1.6', () => {
  const require = createRequire(import.meta.url);
  const folder = `${require.resolve('@cyclonedx/cyclonedx-library').replace(/cyclonedx-library\/.*$/, '')}cyclonedx-library/res/schema`;
  const load = (name: string): object => require(`${folder}/${name}.SNAPSHOT.schema.json`) as object;
  const ajv = new Ajv({ strict: false });
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
    const { $id: _, ...schema } = load(name) as { $id?: string };
    ajv.addSchema(schema, `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  }
  addFormats.default(ajv);
  for (const format of ['iri-reference', 'idn-email']) ajv.addFormat(format, true);
  const validate = ajv.compile(load('bom-1.6'));

  test.each(REPORTS)('%s is valid', (_, report) => {
    validate(parse(renderCycloneDx(report)));
    expect(validate.errors ?? []).toEqual([]);
  });

  test('every reference leads to a component; what is absent does not affect', () => {
    const bom = parse(renderCycloneDx(fullReport()));
    const refs = new Set(bom.components.map((each: { 'bom-ref': string }) => each['bom-ref']));
    expect(refs.size).toBe(bom.components.length);
    for (const { affects } of bom.vulnerabilities) {
      for (const { ref } of affects) expect(refs.has(ref)).toBe(true);
    }
    const states = Object.fromEntries(
      bom.vulnerabilities.map((each: { id: string; analysis: { state: string } }) => [
        each.id,
        each.analysis.state,
      ]),
    );
    expect(states).toMatchObject({
      'CVE-2025-0001': 'exploitable',
      'CVE-2025-0002': 'not_affected',
      'CVE-2025-0004': 'in_triage',
      'CVE-2025-0009': 'exploitable',
    });
  });

  test.each([
    [undefined, { state: 'exploitable', response: ['will_not_fix'] }, 'affected'],
    ['not-affected', { state: 'not_affected' }, 'unaffected'],
    ['fixed', { state: 'resolved' }, 'unaffected'],
  ] as const)(
    'what a rule accepts is affected, what VEX says is passed on: %s',
    (verdict, analysis, status) => {
      const { vulnerabilities } = parse(renderCycloneDx(withVerdict(verdict)));
      const aside = vulnerabilities.find(({ id }: { id: string }) => id === 'CVE-2025-0009');
      expect(aside.analysis).toMatchObject(analysis);
      expect(aside.analysis.detail).toContain('not reachable');
      expect(aside.analysis.justification).toBeUndefined();
      expect(aside.affects[0].versions[0].status).toBe(status);
    },
  );
});

describe('OpenVEX', () => {
  test('names vulnerabilities and images as others do', () => {
    const vex = parse(renderOpenVex(fullReport()));
    expect(vex['@context']).toBe('https://openvex.dev/ns/v0.2.0');
    for (const each of vex.statements) {
      expect(each.vulnerability.name).toMatch(/^(?:CVE|GHSA)-/);
      expect(each.products[0]['@id']).toMatch(/^(?:pkg:oci\/|urn:)/);
    }
  });

  test('absent is not affected, fixed is fixed, doubt is under investigation', () => {
    const statuses = Object.fromEntries(
      parse(renderOpenVex(fullReport())).statements.map(
        (each: { vulnerability: { name: string }; status: string }) => [each.vulnerability.name, each.status],
      ),
    );
    expect(statuses).toMatchObject({
      'CVE-2025-0001': 'affected',
      'CVE-2025-0002': 'not_affected',
      'CVE-2025-0005': 'under_investigation',
      'CVE-2025-0009': 'affected',
      'CVE-2024-0001': 'fixed',
    });
  });

  test.each([
    [undefined, { status: 'affected', status_notes: expect.stringMatching(/^Accepted: not reachable; by /) }],
    [
      'not-affected',
      { status: 'not_affected', impact_statement: expect.stringMatching(/^not reachable; by /) },
    ],
    ['fixed', { status: 'fixed' }],
  ] as const)('what a rule accepts is affected, what VEX says is passed on: %s', (verdict, expected) => {
    const { statements } = parse(renderOpenVex(withVerdict(verdict)));
    const named = (each: { vulnerability: { name: string } }) => each.vulnerability.name === 'CVE-2025-0009';
    expect(statements.find(named)).toMatchObject(expected);
  });
});

describe('SPDX', () => {
  test.each(REPORTS)('%s: ids are unique, and related', (_, report) => {
    const spdx = parse(renderSpdx(report));
    const ids = spdx.packages.map((each: { SPDXID: string }) => each.SPDXID);
    expect(new Set(ids).size).toBe(ids.length);
    const known = new Set([...ids, 'SPDXRef-DOCUMENT']);
    for (const each of spdx.relationships) {
      expect(known.has(each.spdxElementId) && known.has(each.relatedSpdxElement)).toBe(true);
    }
  });
});

describe('GitLab', () => {
  test.each(REPORTS)('%s: each vulnerability is one, in Windows', (_, report) => {
    const document = parse(renderGitlab(report));
    const status = report.findings.length > 0 ? 'success' : 'failure';
    expect(document.scan).toMatchObject({ type: 'container_scanning', status });
    for (const each of document.vulnerabilities) {
      expect(each.location.operating_system).toMatch(/^windows/);
      expect(each.location.dependency.package.name).not.toBe('');
    }
    const ids = document.vulnerabilities.map((each: { id: string }) => each.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('SARIF for GitHub', () => {
  test.each(REPORTS)('%s: the validator of the format finds no error', { timeout: 60_000 }, (_, report) => {
    const folder = temporaryDirectory();
    const file = join(folder, 'report.sarif');
    writeFileSync(file, renderSarif(report));
    const validator = join(import.meta.dirname, '../../../node_modules/.bin/sarif-multitool');
    const run = spawnSync(validator, ['validate', file, '--rule-kind', 'Sarif;Ghas', '--level', 'Error'], {
      encoding: 'utf8',
      env: { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' },
    });
    expect(run.stdout).toContain('Analysis completed successfully');
    expect(run.stdout.split('\n').filter((line) => /: error /.test(line))).toEqual([]);
  });

  test('no text is empty or too long, scores are above zero, fingerprints last', () => {
    const run = parse(renderSarif(fullReport())).runs[0];
    for (const rule of run.tool.driver.rules) {
      for (const { text } of [rule.shortDescription, rule.fullDescription, rule.help]) {
        expect(text.length).toBeGreaterThan(0);
      }
      expect(rule.shortDescription.text.length).toBeLessThanOrEqual(1024);
      const score = rule.properties['security-severity'];
      if (score !== undefined)
        expect(Number(score) > 0 && Number(score) <= 10 && typeof score === 'string').toBe(true);
    }
    const other = fullReport();
    const retagged = {
      ...other,
      image: { ...other.image, target: other.image.target.replace(':v1', ':v2') },
    };
    const fingerprints = (report: Report): unknown[] =>
      parse(renderSarif(report)).runs[0].results.map(
        (each: { partialFingerprints: object }) => each.partialFingerprints,
      );
    expect(fingerprints(retagged)).toEqual(fingerprints(other));
    expect(new Set(fingerprints(other).map((each) => JSON.stringify(each))).size).toBe(run.results.length);
  });

  test('what is suppressed is there, and says why', () => {
    const { results } = parse(renderSarif(fullReport())).runs[0];
    const aside = results.filter((each: { suppressions?: unknown }) => each.suppressions);
    expect(aside.length).toBe(1);
    expect(aside[0]).toMatchObject({
      ruleId: 'CVE-2025-0009',
      suppressions: [{ kind: 'external', justification: expect.stringContaining('not reachable') }],
    });
  });
});

describe('Clair', () => {
  test.each(REPORTS)('%s is what Quay takes', (_, report) => {
    expect(quayFaults('VulnerabilityReport', parse(renderClair(report)))).toEqual([]);
  });
});

describe('golden files', () => {
  test.each([
    ['sarif', renderSarif],
    ['cyclonedx', renderCycloneDx],
    ['spdx', renderSpdx],
    ['openvex', renderOpenVex],
    ['gitlab', renderGitlab],
    ['clair', renderClair],
    ['junit', renderJunit],
    ['markdown', renderMarkdown],
  ])('%s changes only where somebody means it to', async (name, render) => {
    const file = join(import.meta.dirname, `../../../test/golden/full-report.${name}`);
    await expect(render(fullReport())).toMatchFileSnapshot(file);
  });
});

describe('hostile names', () => {
  test('nothing in an image becomes markup', () => {
    const xml = renderJunit(fullReport());
    expect(xml).not.toMatch(/<script/);
    expect(xml).toContain('&lt;script&gt;');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(xml).not.toMatch(/[\u0000-\u0008]/);
    const markdown = renderMarkdown(fullReport());
    expect(markdown).not.toMatch(/<script|@everyone|(?<!\\)\]\(javascript:/);
  });

  test.each(REPORTS)('%s: JUnit counts what it shows', (_, report) => {
    const xml = renderJunit(report);
    const counted = Number(/<testsuites [^>]*tests="(\d+)"/.exec(xml)?.[1]);
    expect(xml.match(/<testcase /g)?.length).toBe(counted);
    expect(xml.match(/<failure /g)?.length ?? 0).toBe(report.findings.length);
  });
});
