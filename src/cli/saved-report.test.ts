// Reports that earlier versions saved are read as if they had asked nobody about attacks.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fullReport } from '../../test/builders/full-report.ts';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import { readSavedReport } from './saved-report.ts';

const LATER = new Set(['kev', 'epss', 'kevFetchedAt', 'epssFetchedAt', 'aside']);

test('what came into the format later is null, or follows from the rest', async () => {
  const report = fullReport();
  const path = join(temporaryDirectory(), 'report.json');
  writeFileSync(
    path,
    JSON.stringify(report, (key, value: unknown) => (LATER.has(key) ? undefined : value)),
  );
  const read = await readSavedReport(path);
  const unknown = { kev: null, epss: null };
  expect(read).toEqual({
    ...report,
    findings: report.findings.map((finding) => ({ ...finding, ...unknown })),
    suppressed: report.suppressed.map((each) => ({ ...each, finding: { ...each.finding, ...unknown } })),
    advisories: { ...report.advisories, kevFetchedAt: null, epssFetchedAt: null },
  });
});

test('what is there stays', async () => {
  const path = join(temporaryDirectory(), 'report.json');
  writeFileSync(path, JSON.stringify(fullReport()));
  expect(await readSavedReport(path)).toEqual(fullReport());
});
