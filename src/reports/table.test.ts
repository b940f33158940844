import { describe, expect, test } from 'vitest';
import { buildAdvice, buildFinding, buildReportOf } from '../../test/builders/report.ts';
import type { Report } from '../model/report.ts';
import { renderTable } from './table.ts';

describe('the table', () => {
  test('says which Windows, and which layer and value say so', () => {
    const text = renderTable(buildReportOf([]), 80);
    expect(text).toContain('Windows Server 2022 (Nano Server, amd64) 10.0.20348.2322');
    expect(text).toContain('layer 2 of 2: Hives/Software_Delta, UBR = 2322');
    expect(text).toContain('until 2031-10-14');
    expect(text).toContain('none are listed for what is in the image');
  });

  test('begins with the one thing to do', () => {
    const advice = buildAdvice({
      rebuild: {
        version: '10.0.20348.10000',
        kb: 'KB6000000',
        month: '2026-06',
        newest: '10.0.20348.10000',
        ends: 2,
      },
      stays: [{ reason: 'no-fix', count: 1 }],
      total: 3,
    });
    const fix = { version: null, kb: [] };
    const text = renderTable(
      buildReportOf([buildFinding('CVE-2025-3', { fixedIn: fix, status: 'no-fix' })], { advice }),
      200,
    );
    expect(text.split('\n').slice(0, 2)).toEqual([
      'Base is 10.0.20348.2322 (February 2024, 3 months old). Rebuild on 10.0.20348.10000 or later (June 2026, KB6000000): 2 of 3 findings end.',
      '1 stays: no fix is published.',
    ]);
    expect(text).toMatch(/^CVE-2025-3 .* no fix +- /m);
  });

  test.each([80, 100, 200])('no line is wider than %i columns', (width) => {
    const long = buildReportOf([buildFinding('CVE-2025-12345', { exploited: true })], {
      notices: [{ code: 'REVISION_CONFLICT', message: 'word '.repeat(60).trim(), uncertain: true }],
    });
    for (const line of renderTable(long, width).split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  });

  test('a title is cut to the terminal, and whole where there is room', () => {
    const one = buildReportOf([buildFinding('CVE-2025-12345')]);
    expect(renderTable(one, 80)).toMatch(/Example Component.*…$/m);
    expect(renderTable(one, 300)).toContain('Elevation of Privilege Vulnerability');
  });

  test('without Windows there is a reason and no word of findings', () => {
    const notices = [
      { code: 'NO_OPERATING_SYSTEM', message: 'there is no Windows in this image', uncertain: false },
    ];
    const text = renderTable(
      buildReportOf([], { os: null, packages: [], notices: notices as Report['notices'] }),
      80,
    );
    expect(text).toContain('! there is no Windows in this image');
    expect(text).not.toContain('findings');
  });

  test('a word that is wider than the terminal stays whole, and nothing hangs', () => {
    const target = `oci-dir:${'x'.repeat(200)}`;
    const base = buildReportOf([]);
    expect(renderTable({ ...base, image: { ...base.image, target } }, 40)).toContain(target);
  });
});
