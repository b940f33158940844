// What is kept of a document, and what is not.
import { describe, expect, test } from 'vitest';
import { buildCvrf, type CvrfSpec, type VulnerabilitySpec } from '../../test/builders/cvrf.ts';
import { parseCvrf } from '../formats/cvrf/parse-cvrf.ts';
import { type DocumentRecord, type EntryRecord, normalise } from './normalise.ts';

const PRODUCTS = {
  '11924': 'Windows Server 2022 (Server Core installation)',
  '11923': 'Windows Server 2022',
  '17604-17084': 'azl3 python3 3.12.3-5 on Azure Linux 3.0',
  '19533-16823': 'cbl2 python3 3.9.19-8 on CBL Mariner 2.0',
};

function record(...vulnerabilities: VulnerabilitySpec[]): DocumentRecord {
  const spec: CvrfSpec = { id: '2026-Jun', products: PRODUCTS, vulnerabilities };
  return normalise(parseCvrf(Buffer.from(buildCvrf(spec)), 'test'));
}

function entry(vulnerability: Partial<VulnerabilitySpec>): EntryRecord {
  const [only] = record({ id: 'CVE-2026-1000', affected: ['11924'], ...vulnerability }).entries;
  return only!;
}

describe('which entries', () => {
  test.each([
    ['CVE-2026-1000', true],
    ['CVE-2026-1234567', true],
    ['ADV990001', true],
    ['CVE-2022-2601-M', false],
    ['CVE-2023-38039 mariner - do not use this one', false],
    ['CVE-2026-999', false],
    ['', false],
  ])('R0: %j', (id, kept) => {
    const ids = record({ id, affected: ['11924'] }).entries.map((each) => each.id);
    expect(ids).toEqual(kept ? [id] : []);
  });

  test('entries of Linux distributions alone are dropped, but counted as served', () => {
    const made = record(
      { id: 'CVE-2026-1', affected: ['17604-17084'] },
      { id: 'CVE-2026-1000', affected: ['17604-17084', '19533-16823'] },
      { id: 'CVE-2026-1001', affected: ['11924'] },
    );
    expect(made.entries.map((each) => each.id)).toEqual(['CVE-2026-1001']);
    expect(made.served).toBe(3);
    expect(made.products).toEqual({ '11924': PRODUCTS['11924'] });
  });

  test('mixed entries lose the Linux products everywhere', () => {
    const made = entry({
      affected: ['19533-16823', '11924'],
      severity: 'Critical',
      score: 7.5,
      fixes: [{ description: 'CBL-Mariner Releases', products: ['19533-16823'] }, { kb: '5000001' }],
    });
    expect(JSON.stringify(made)).not.toContain('19533');
    expect(made.affected).toEqual(['11924']);
    expect(made.fixes).toEqual([{ kb: '5000001' }]);
  });
});

describe('fixes', () => {
  test('only a Vendor Fix is one, whatever digits the others carry', () => {
    const types = ['Known Issue', 'Release Notes', 'Mitigation', 'Workaround'];
    expect(entry({ fixes: types.map((type) => ({ type, kb: '5000001' })) }).fixes).toEqual([]);
  });

  test.each([
    ['5000001', '5000001'],
    ['KB5000001', '5000001'],
    ['Release Notes', undefined],
    ['Click to Run', undefined],
    ['12345', undefined],
  ])('description %j has the KB %j', (description, kb) => {
    expect(entry({ fixes: [{ description }] }).fixes.map((fix) => fix.kb)).toEqual([kb]);
  });

  test('build, sub-type and products as published', () => {
    const fix = { kb: '5000001', fixedBuild: '10.0.20348.1', subType: 'Hotpatch', products: ['11924'] };
    expect(entry({ fixes: [fix] }).fixes).toEqual([fix]);
  });

  test('without products it is for every product; for others only it is not ours', () => {
    expect(entry({ fixes: [{ kb: '5000001' }] }).fixes).toEqual([{ kb: '5000001' }]);
    expect(entry({ fixes: [{ kb: '5000001', products: ['11923'] }] }).fixes).toEqual([]);
  });
});

describe('what is said of an entry', () => {
  test('severity and score per group of products', () => {
    const made = entry({
      affected: ['11923', '11924'],
      severity: { '11923': 'Critical', '11924': 'Important' },
      score: { '11923': 9.8, '11924': 7 },
      vector: 'CVSS:3.1/AV:N',
    });
    expect(made.severities).toEqual([
      { value: 'Critical', products: ['11923'] },
      { value: 'Important', products: ['11924'] },
    ]);
    expect(made.scores).toEqual([
      { score: 9.8, vector: 'CVSS:3.1/AV:N', products: ['11923'] },
      { score: 7, vector: 'CVSS:3.1/AV:N', products: ['11924'] },
    ]);
  });

  test('equal values share a group, empty and impossible ones are none', () => {
    const products = ['11923', '11924'];
    expect(entry({ affected: products, severity: 'Low' }).severities).toEqual([{ value: 'Low', products }]);
    expect(entry({ severity: '' }).severities).toEqual([]);
    expect(entry({ score: 11 }).scores).toEqual([]);
    expect(entry({ score: 5, vector: '' }).scores).toEqual([]);
  });

  test.each([
    [true, false],
    [false, true],
    [false, false],
  ])('exploited %j, disclosed %j', (exploited, disclosed) => {
    const made = entry({ exploited, disclosed });
    expect([made.exploited ?? false, made.publiclyDisclosed ?? false]).toEqual([exploited, disclosed]);
  });

  test('published is the first revision, the component is the tag', () => {
    expect(entry({ published: '2025-01-31', tag: 'Windows SMB' })).toMatchObject({
      published: '2025-01-31',
      component: 'Windows SMB',
    });
    expect(entry({})).not.toHaveProperty('component');
  });

  test('the release date gets the zone it is meant in', () => {
    const spec: CvrfSpec = {
      id: '2026-Jun',
      released: '2026-06-10T08:00:00',
      products: {},
      vulnerabilities: [],
    };
    const made = normalise(parseCvrf(Buffer.from(buildCvrf(spec)), 'test'));
    expect(made.released).toBe('2026-06-10T08:00:00Z');
  });
});
