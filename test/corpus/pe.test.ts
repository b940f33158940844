// PE samples against versions that other tools read out of them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type PeFacts, VERSION_STRINGS } from '../../src/formats/pe/pe-facts.ts';
import { PeReader } from '../../src/formats/pe/pe-reader.ts';
import { hasSharedData, SHARED_DATA } from './shared-data.ts';

const SAMPLES = join(SHARED_DATA, 'samples');

/** Columns of INDEX.tsv that matter here: path of the sample, and "machine 0x14c; file 1.2.3.4; product 1.2.3.4". */
interface Sample {
  path: string;
  truth: string;
}

function peSamples(): Sample[] {
  const rows = readFileSync(join(SAMPLES, 'INDEX.tsv'), 'utf8').split('\n').slice(1);
  const samples = rows.map((row) => {
    const [path = '', , , , truth = ''] = row.split('\t');
    return { path, truth };
  });
  return samples.filter(({ path }) => path.startsWith('pe/') && !path.endsWith('.json'));
}

function read(path: string, chunkBytes: number): PeFacts | undefined {
  const file = readFileSync(join(SAMPLES, path));
  const reader = new PeReader(file.length);
  for (let start = 0; start < file.length; start += chunkBytes) {
    reader.write(file.subarray(start, start + chunkBytes));
  }
  return reader.end();
}

/** The facts in the words of INDEX.tsv. */
function summary(facts: PeFacts | undefined): string {
  if (facts === undefined) return 'no PE file';
  const version = facts.version;
  const versions = version ? `file ${version.file}; product ${version.product}` : 'no VS_FIXEDFILEINFO';
  return `machine 0x${facts.machine.toString(16)}; ${versions}`;
}

/** The strings scancode-toolkit read, as far as this reader keeps them; `undefined` when it was not asked. */
function scancodeStrings(path: string): Record<string, string> | undefined {
  const file = join(SAMPLES, `${path}.expected.json`);
  if (!existsSync(file)) return undefined;
  const expected: Record<string, string | null> = JSON.parse(readFileSync(file, 'utf8'));
  const strings: Record<string, string> = {};
  for (const name of VERSION_STRINGS) {
    const value = expected[name] ?? '';
    if (value !== '') strings[name] = value;
  }
  return strings;
}

describe.skipIf(!hasSharedData)(`PE samples${hasSharedData ? '' : `: skipped, no ${SHARED_DATA}`}`, () => {
  const samples = hasSharedData ? peSamples() : [];

  it('are there', () => {
    expect(samples.length).toBeGreaterThanOrEqual(11);
  });

  it.each(samples)('$path: $truth', ({ path, truth }) => {
    const facts = read(path, 64 * 1024);
    expect(summary(facts)).toBe(truth);
    expect(facts?.damaged).toBeUndefined();
    expect(read(path, 61)).toEqual(facts);

    const strings = scancodeStrings(path);
    if (strings !== undefined) expect(facts?.version?.strings ?? {}).toEqual(strings);
  });

  it('tells managed files', () => {
    const managed = samples.filter(({ path }) => read(path, 4096)?.managed).map(({ path }) => path);
    expect(managed).toEqual(['pe/Moq.Silverlight.dll', 'pe/Windows.AI.winmd', 'pe/osv-HelloWorldApp.dll']);
  });
});
