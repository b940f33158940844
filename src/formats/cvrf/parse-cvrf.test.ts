// CVRF: every field that is used, other ways of writing the same document, and damage of any kind.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildCvrf, type CvrfSpec } from '../../../test/builders/cvrf.ts';
import type { CvrfDocument } from './cvrf-document.ts';
import { CvrfError } from './cvrf-error.ts';
import { MAX_DOCUMENT_BYTES, parseCvrf } from './parse-cvrf.ts';

const SPEC: CvrfSpec = {
  id: '2026-Jun',
  released: '2026-06-10T08:00:00',
  products: { '11924': 'Windows  Server 2022 (Server Core\n installation)', '17-42': '<Tools> & "Söhne" 😀' },
  vulnerabilities: [
    {
      id: 'CVE-2026-1000',
      title: 'Over & <under>',
      tag: 'Windows "Kernel"',
      affected: ['11924', '17-42'],
      severity: { '11924': 'Critical', '17-42': 'Low' },
      score: { '11924': 9.8 },
      vector: 'CVSS:3.1/AV:N',
      exploited: true,
      published: '2026-06-09',
      fixes: [
        { kb: '5000001', fixedBuild: '10.0.20348.4000', subType: 'Security Update', products: ['11924'] },
        { type: 'Known Issue', description: '5000002' },
      ],
    },
    { id: 'CVE-2026-1001', affected: ['17-42'] },
  ],
};
const XML = buildCvrf(SPEC);

function parse(xml: string): CvrfDocument {
  return parseCvrf(Buffer.from(xml), 'a document');
}

function errorOf(bytes: Uint8Array): unknown {
  try {
    parseCvrf(bytes, 'a document');
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('a document', () => {
  const document = parse(XML);
  const [first, second] = document.vulnerabilities;

  test('header: its own ID and date, not the alias and not the revision date', () => {
    expect(document.id).toBe('2026-Jun');
    expect(document.title).toBe('Updates of 2026-Jun');
    expect(document.currentRelease).toBe('2026-06-10T08:00:00');
    expect(document.initialRelease).toBe('2001-01-01T00:00:00');
  });

  test('product names with single spaces and entities resolved', () => {
    expect(Object.fromEntries(document.products)).toEqual({
      '11924': 'Windows Server 2022 (Server Core installation)',
      '17-42': '<Tools> & "Söhne" 😀',
    });
  });

  test('vulnerability: names, tag without the other notes, products, dates', () => {
    expect(document.vulnerabilities.length).toBe(2);
    expect(first?.cve).toBe('CVE-2026-1000');
    expect(first?.title).toBe('Over & <under>');
    expect(first?.tag).toBe('Windows "Kernel"');
    expect(first?.knownAffected).toEqual(['11924', '17-42']);
    expect(first?.revisionDates).toEqual(['2027-06-09T07:00:00', '2026-06-09T07:00:00']);
  });

  test('threats keep type, words and products', () => {
    const severities = first?.threats.filter((threat) => threat.type === 'Severity');
    expect(severities?.map(({ description, products }) => [description, products])).toEqual([
      ['Critical', ['11924']],
      ['Low', ['17-42']],
    ]);
    const exploit = first?.threats.find((threat) => threat.type === 'Exploit Status');
    expect(exploit?.description).toContain('Exploited:Yes');
  });

  test('score: the base score, not the temporal one', () => {
    expect(first?.scores.map(({ baseScore, vector, products }) => [baseScore, vector, products])).toEqual([
      ['9.8', 'CVSS:3.1/AV:N', ['11924']],
    ]);
  });

  test('remediations: every type, empty products when none are named', () => {
    expect(first?.remediations.map((fix) => [fix.type, fix.description, fix.products])).toEqual([
      ['Vendor Fix', '5000001', ['11924']],
      ['Known Issue', '5000002', []],
    ]);
    expect(first?.remediations[0]?.fixedBuild).toBe('10.0.20348.4000');
    expect(first?.remediations[0]?.subType).toBe('Security Update');
  });

  test('what one vulnerability has does not leak into the next', () => {
    expect(second?.tag).toBeUndefined();
    expect([second?.scores, second?.remediations]).toEqual([[], []]);
    expect(second?.knownAffected).toEqual(['17-42']);
  });
});

describe('the same document, written otherwise', () => {
  test('prefixes do not matter', () => {
    const other = XML.replaceAll(
      /(<\/?|xmlns:)(vuln|prod|cvrf)\b/g,
      (_, start, prefix) => `${start}x${prefix}`,
    );
    expect(other).toContain('<xvuln:CVE>');
    expect(parse(other)).toEqual(parse(XML));
    expect(parse(XML.replaceAll(/(<\/?)(?:vuln|prod|cvrf):/g, '$1'))).toEqual(parse(XML));
  });

  test('byte order mark, declaration, comments and CDATA', () => {
    const other = XML.replace('Over &amp; &lt;under&gt;', 'Over <!-- no --><![CDATA[& <under>]]>');
    expect(parse(`\uFEFF<?xml version="1.0" encoding="utf-8"?>${other}`)).toEqual(parse(XML));
  });

  test('numeric entities', () => {
    const other = XML.replaceAll('Söhne', 'S&#246;hne').replaceAll('😀', '&#x1F600;');
    expect(parse(other)).toEqual(parse(XML));
  });

  test('text across the border of two pieces', () => {
    const padded = XML.replace('A note', 'ö'.repeat(256 * 1024 + 1));
    expect(parse(padded)).toEqual(parse(XML));
  });
});

describe('not a document', () => {
  test.each([
    ['HTML', '<!DOCTYPE html><html><body>Sorry</body></html>', 'NOT_CVRF'],
    ['other XML', '<feed/>', 'NOT_CVRF'],
    ['no ID', XML.replace('<cvrf:ID>2026-Jun</cvrf:ID>', ''), 'NOT_CVRF'],
    ['no date', XML.replace(/<cvrf:CurrentReleaseDate>.*?<\/cvrf:CurrentReleaseDate>/, ''), 'NOT_CVRF'],
    ['nothing', '', 'MALFORMED'],
    ['JSON', '{"value":[]}', 'MALFORMED'],
    ['an entity of its own', XML.replace('&amp;', '&evil;'), 'MALFORMED'],
  ])('%s', (_, text, code) => {
    const error = errorOf(Buffer.from(text));
    expect(error).toBeInstanceOf(CvrfError);
    expect(error).toMatchObject({ code, message: expect.stringContaining('a document') });
  });

  test('larger than any document', () => {
    expect(errorOf(new Uint8Array(MAX_DOCUMENT_BYTES + 1))).toMatchObject({ code: 'TOO_LARGE' });
  });
});

describe('damage', () => {
  test('cut anywhere: an error, never a shorter document', () => {
    const bytes = Buffer.from(XML.trimEnd());
    for (let length = 0; length < bytes.length; length++) {
      const error = errorOf(bytes.subarray(0, length));
      if (!(error instanceof CvrfError)) expect.fail(`cut at ${length}: ${String(error)}`);
    }
  });

  test('changed, removed or doubled bytes: a document or a CvrfError', () => {
    const original = Buffer.from(XML);
    const change = fc.record({
      at: fc.nat(original.length - 1),
      remove: fc.nat(40),
      insert: fc.oneof(
        fc.uint8Array({ maxLength: 8 }),
        fc.constantFrom('<', '</', '&', ']]>', '<![CDATA[', '>'),
      ),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let bytes = original;
        for (const { at, remove, insert } of changes) {
          bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(insert), bytes.subarray(at + remove)]);
        }
        const error = errorOf(bytes);
        expect(error === undefined || error instanceof CvrfError).toBe(true);
      }),
    );
  });
});
