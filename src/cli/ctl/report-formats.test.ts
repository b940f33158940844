// What `ctl report` prints: for eyes, for `jq`, and for build servers that read JUnit.
import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import type { ClairVulnerabilityReport } from '../../model/clair.ts';
import { type ImageOutcome, REPORT_FORMATS } from './report-formats.ts';

const packages = {
  os: { id: 'os', name: 'Windows Server 2022', version: '10.0.20348.2113' },
  curl: { id: 'curl', name: 'curl', version: '8.0.1' },
  fine: { id: 'fine', name: 'zlib', version: '1.3' },
};

const vulnerabilities = {
  1: vulnerability('CVE-2024-20674', '10.0.20348.2227 (KB5034129)'),
  2: vulnerability('CVE-2024-00001', ''),
  3: vulnerability('CVE-2023-38545', 'fixed=8.4.0&introduced=7.69.0'),
  4: vulnerability('CVE-2023-99999', '0'),
};

function vulnerability(name: string, fixed: string): object {
  return { name, fixed_in_version: fixed, normalized_severity: 'High' };
}

/** Only what is looked at. */
function outcome(image: string, found: Readonly<Record<string, readonly string[]>>): ImageOutcome {
  const report = { packages, vulnerabilities, package_vulnerabilities: found };
  const text = JSON.stringify(report);
  return { image, fetched: { report: report as unknown as ClairVulnerabilityReport, text } };
}

const FOUND = outcome('app:v1', { os: ['1', '2', '1'], curl: ['3', '4', 'gone'], missing: [] });
const CLEAN = outcome('clean:v1', {});
const FAILED: ImageOutcome = { image: 'bad:v1', error: 'no <such> "image" & so\u0007 on\ud800' };

function printed(format: keyof typeof REPORT_FORMATS, ...outcomes: readonly ImageOutcome[]): string {
  const { begin, image, end } = REPORT_FORMATS[format];
  return begin + outcomes.map(image).join('') + end;
}

test('text has a line for each finding, in columns', () => {
  expect(printed('text', FOUND, CLEAN, FAILED).split('\n')).toEqual([
    'app:v1  found  Windows Server 2022  10.0.20348.2113  CVE-2024-00001',
    'app:v1  found  Windows Server 2022  10.0.20348.2113  CVE-2024-20674  (fixed: 10.0.20348.2227 (KB5034129))',
    'app:v1  found  curl                 8.0.1            CVE-2023-38545  (fixed: 8.4.0)',
    'app:v1  found  curl                 8.0.1            CVE-2023-99999',
    'clean:v1  ok',
    'bad:v1  error  no <such> "image" & so? on\ud800',
    '',
  ]);
});

test('json is the documents one after the other, as they were sent', () => {
  const text = printed('json', FOUND, FAILED, CLEAN);
  const documents = text.trim().split('\n');
  expect(documents).toHaveLength(2);
  expect(documents[0]).toBe((FOUND as { fetched: { text: string } }).fetched.text);
});

describe('xml', () => {
  interface Element {
    name: string;
    attributes: Record<string, string>;
    text: string;
  }

  /** Parsed strictly: what is no XML throws. */
  function elementsOf(xml: string): Element[] {
    const elements: Element[] = [];
    const open: Element[] = [];
    const parser = new SaxesParser();
    parser.on('error', (error) => {
      throw error;
    });
    parser.on('opentag', ({ name, attributes }) => {
      const element = { name, attributes: attributes as Record<string, string>, text: '' };
      elements.push(element);
      open.push(element);
    });
    parser.on('text', (text) => {
      const element = open.at(-1);
      if (element) element.text += text;
    });
    parser.on('closetag', () => void open.pop());
    parser.write(xml).close();
    return elements;
  }

  const elements = elementsOf(printed('xml', FOUND, CLEAN, FAILED));
  const named = (name: string): Element[] => elements.filter((element) => element.name === name);

  test('has a suite for each image, with its counts', () => {
    expect(named('testsuites')).toHaveLength(1);
    expect(named('testsuite').map(({ attributes }) => attributes)).toEqual([
      { name: 'app:v1', tests: '3', failures: '2', errors: '0' },
      { name: 'clean:v1', tests: '3', failures: '0', errors: '0' },
      { name: 'bad:v1', tests: '1', failures: '0', errors: '1' },
    ]);
  });

  test('has a case for each package, which fails with its vulnerabilities', () => {
    expect(
      named('testcase')
        .slice(0, 3)
        .map(({ attributes }) => attributes.name),
    ).toEqual(['Windows Server 2022 10.0.20348.2113', 'curl 8.0.1', 'zlib 1.3']);
    expect(named('failure').map(({ text }) => text.split('\n'))).toEqual([
      ['CVE-2024-00001 High', 'CVE-2024-20674 High (fixed: 10.0.20348.2227 (KB5034129))'],
      ['CVE-2023-38545 High (fixed: 8.4.0)', 'CVE-2023-99999 High'],
    ]);
  });

  test('escapes what is special and leaves out what cannot be written', () => {
    expect(named('error')[0]?.attributes.message).toBe('no <such> "image" & so on\ufffd');
  });
});
