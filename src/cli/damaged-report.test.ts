// Saved reports that are damaged are refused, with the place; what is not refused can be made into every format.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fullReport } from '../../test/builders/full-report.ts';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import type { Report } from '../model/report.ts';
import { compareReports } from '../reports/diff/compare-reports.ts';
import { renderExplanation } from '../reports/explanation.ts';
import { CommandError } from './command-error.ts';
import { REPORT_FORMATS, renderReport } from './report-formats.ts';
import { readSavedReport } from './saved-report.ts';

type Json = Record<string | number, unknown>;
type Path = readonly (string | number)[];

/** Every member and element of a value, the first and the last of a list for all. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const keys: (string | number)[] = Array.isArray(value)
    ? [...new Set([0, value.length - 1])].filter((index) => index >= 0 && index < value.length)
    : Object.keys(value);
  return [path, ...keys.flatMap((key) => pathsOf((value as Json)[key], [...path, key]))];
}

/** A copy in which `path` has another value, or none. */
function changed(path: Path, ...[put]: [unknown?]): unknown {
  const copy = structuredClone(fullReport()) as unknown as Json;
  const holder = path.slice(0, -1).reduce<Json>((at, key) => at[key] as Json, copy);
  const last = path.at(-1)!;
  if (put === undefined) delete holder[last];
  else holder[last] = put;
  return copy;
}

async function read(value: unknown): Promise<Report> {
  const path = join(temporaryDirectory(), 'report.json');
  writeFileSync(path, JSON.stringify(value, undefined, 1));
  return readSavedReport(path);
}

test.each<[string, Path, unknown, RegExp]>([
  ['no finding', ['findings', 0], null, /report\.json:\d+:3: findings\[0\] must be object$/],
  ['a finding of an ID', ['findings', 0], { id: 'CVE-2025-0001' }, /findings\[0\]\.title is missing$/],
  ['a finding without a fix', ['findings', 1, 'fixedIn'], undefined, /findings\[1\]\.fixedIn is missing$/],
  [
    'another severity',
    ['findings', 3, 'severity'],
    'Grave',
    /findings\[3\]\.severity must be one of "Critical"/,
  ],
  ['a number for an ID', ['findings', 0, 'id'], 1, /findings\[0\]\.id must be string$/],
  ['no layers', ['image', 'layers'], undefined, /image\.layers is missing$/],
  ['empty advice', ['advice'], {}, /:\d+:12: advice\.base is missing$/],
  ['an empty system', ['os'], {}, /os\.family is missing$/],
  ['no system', ['os'], undefined, /report\.json lacks "os", /],
  ['no time of advisories', ['advisories', 'fetchedAt'], undefined, /advisories\.fetchedAt is missing$/],
  [
    'a wrong member that came later',
    ['findings', 0, 'kev'],
    'yes',
    /findings\[0\]\.kev must be object or null$/,
  ],
])('%s: the error names the member', async (_, path, put, message) => {
  await expect(read(changed(path, put))).rejects.toThrow(message);
});

test('nothing that is read makes a format fail', { timeout: 60_000 }, async () => {
  let refused = 0;
  const values = [undefined, null, {}, [], 'x', 0.5, true];
  const path = join(temporaryDirectory(), 'report.json');
  for (const place of pathsOf(fullReport()).slice(1)) {
    for (const value of values) {
      writeFileSync(path, JSON.stringify(changed(place, value)));
      let report: Report;
      try {
        report = await readSavedReport(path);
      } catch (error) {
        expect(error, place.join('.')).toBeInstanceOf(CommandError);
        refused++;
        continue;
      }
      const what = `${place.join('.')} = ${JSON.stringify(value)}`;
      for (const format of [...REPORT_FORMATS, 'suppressed-table']) {
        try {
          await renderReport(report, format, 80);
        } catch (error) {
          expect(error, `${what} as ${format}`).toBeInstanceOf(CommandError);
        }
      }
      expect(() => compareReports(report, fullReport()), what).not.toThrow();
      expect(() => renderExplanation(report, ['CVE-2025-0001', 'CVE-2025-9999'], 80), what).not.toThrow();
    }
  }
  expect(refused).toBeGreaterThan(500);
});

test('the schema goes where the program goes', () => {
  const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  expect((JSON.parse(read('package.json')) as { files: string[] }).files).toContain('schemas');
  expect(read('deploy/Containerfile')).toMatch(/^COPY schemas schemas$/m);
});
