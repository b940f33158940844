// The summary of many images, at the width of a terminal.
import { expect, test } from 'vitest';
import { renderSummary, type SummaryRow } from './summary-table.ts';

const judged = (target: string, over: object = {}): SummaryRow => ({
  kind: 'judged',
  target,
  version: '10.0.20348.2322',
  findings: 1670,
  critical: 114,
  exploited: 46,
  uncertain: false,
  ...over,
});

test('one line an image, failures in full below', () => {
  const rows: SummaryRow[] = [
    judged('registry.example/app:v1'),
    judged('registry.example/app:v2', {
      version: '10.0.26100.1',
      findings: 3,
      critical: 0,
      exploited: 0,
      uncertain: true,
    }),
    { kind: 'not-judged', target: 'registry.example/linux:v1', what: 'linux/amd64' },
    { kind: 'failed', target: 'registry.example/gone:v1', message: 'registry.example has no v1 of gone' },
  ];
  expect(renderSummary(rows, 100)).toBe(`WINDOWS          FINDINGS    CRITICAL  EXPLOITED  IMAGE
10.0.20348.2322  1670        114       46         registry.example/app:v1
10.0.26100.1     3?          0         0          registry.example/app:v2
linux/amd64      not judged  -         -          registry.example/linux:v1
-                failed      -         -          registry.example/gone:v1

4 images: 2 judged, 1 not judged, 1 failed
? may be wrong: scan the image alone, or see "notices" of -o json
! registry.example/gone:v1: registry.example has no v1 of gone
`);
});

test('keeps to the width and shows the ends of long names', () => {
  const name = `registry.example/${'team/'.repeat(20)}app:v1`;
  const lines = renderSummary(
    [judged(name), { kind: 'failed', target: name, message: 'it is gone' }],
    80,
  ).split('\n');
  expect(lines[1]).toMatch(/…(?:team\/)+app:v1$/);
  for (const line of lines.slice(0, 5)) expect(line.length).toBeLessThanOrEqual(80);
});

test('a single image is no plural, and nothing uncertain is not explained', () => {
  expect(renderSummary([judged('a')], 80)).toMatch(/\n1 image: 1 judged\n$/);
});
