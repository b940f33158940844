// Why a vulnerability is reported or not, in words.
import { expect, test } from 'vitest';
import { fullReport, unjudgedReport } from '../../test/builders/full-report.ts';
import { renderExplanation } from './explanation.ts';

test('everything that decided it, and the one thing that ends it', () => {
  const text = renderExplanation(fullReport(), ['cve-2025-0001'], 200);
  expect(text).toContain('CVE-2025-0001  Example Component');
  for (const part of [
    'Windows Server 2022 (Nano Server) 10.0.20348.2322',
    'affected: Update to 10.0.20348.3807 (KB5060526) or later',
    'R3: the document names a FixedBuild of this build',
    'image: the image has example.dll',
    'Critical, CVSS 9.8',
    'yes, Microsoft knows of attacks',
    '2025-Jun, published 2025-06-10',
    '10.0.20348.3807 (KB5060526) ends 4 findings at once',
    'https://msrc.microsoft.com/update-guide/vulnerability/CVE-2025-0001',
  ]) {
    expect(text).toContain(part);
  }
});

test.each([
  ['CVE-2024-0001', 'fixed: 10.0.20348.2322 brings the fix'],
  ['CVE-1999-0001', 'not listed for Windows Server 2022'],
  ['CVE-2025-0009', 'suppressed  by .clearstory.yaml, rule 1: not reachable, until 2026-12-31'],
])('%s: %s', (id, expected) => {
  expect(renderExplanation(fullReport(), [id], 200)).toContain(expected);
});

test('what was not judged is not called clean', () => {
  expect(renderExplanation(unjudgedReport(), ['CVE-2025-0001'], 200)).toContain('nothing was judged');
});

test.each([60, 80])('keeps to %i columns', (width) => {
  const lines = renderExplanation(fullReport(), ['CVE-2025-0001'], width).split('\n').slice(1);
  for (const line of lines.filter((each) => !each.includes('https://') && !each.includes('CVSS:3.1'))) {
    expect(line.length).toBeLessThanOrEqual(width);
  }
});
