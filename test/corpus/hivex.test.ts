// Reads what libhivex writes, and the other way round: a second opinion on the format, with no data but our own.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openHive } from '../../src/formats/regf/hive.ts';
import type { HiveKey } from '../../src/formats/regf/hive-key.ts';
import { buildHive, type KeySpec, type ValueSpec } from '../builders/hive.ts';
import { temporaryDirectory } from '../builders/temporary-directory.ts';

const TOOL = 'hivexregedit';
const hasTool = spawnSync(TOOL, ['--help']).error === undefined;
if (!hasTool) console.warn(`skipped: ${TOOL} is not installed (Debian: libwin-hivex-perl)`);

// Without this, Perl prints names of Latin-1 letters as Latin-1, and all others as UTF-8.
const env = { ...process.env, PERL_UNICODE: 'SD' };

/** Key path to value name to `type:hex`. */
type Flat = Record<string, Record<string, string>>;

function flatSpec(key: KeySpec, path = '', flat: Flat = {}): Flat {
  flat[path] = Object.fromEntries((key.values ?? []).map((each) => [each.name, describeValue(each)]));
  for (const child of key.subkeys ?? []) flatSpec(child, `${path}\\${child.name}`, flat);
  return flat;
}

function flatHive(key: HiveKey, path = '', flat: Flat = {}): Flat {
  flat[path] = Object.fromEntries(key.values().map((each) => [each.name, describeValue(each)]));
  for (const child of key.subkeys()) flatHive(child, `${path}\\${child.name}`, flat);
  return flat;
}

function describeValue({ type, data }: { type: number; data: Buffer }): string {
  return `${type}:${data.toString('hex')}`;
}

/** The text that Windows' own tool would import. */
function writeReg(flat: Flat): string {
  const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
  const lines = ['Windows Registry Editor Version 5.00', ''];
  for (const [path, values] of Object.entries(flat)) {
    lines.push(`[${path || '\\'}]`);
    for (const [name, value] of Object.entries(values)) {
      const [type, hex = ''] = value.split(':');
      const bytes = hex.match(/../g) ?? [];
      lines.push(`${name === '' ? '@' : quoted(name)}=hex(${Number(type).toString(16)}):${bytes.join(',')}`);
    }
    lines.push('');
  }
  return lines.join('\n');
}

function readReg(text: string): Flat {
  const flat: Flat = {};
  let values: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const key = /^\[(.*)\]$/.exec(line)?.[1];
    if (key !== undefined) {
      values = {};
      flat[key === '\\' ? '' : key] = values;
      continue;
    }
    const number = /^(@|".*")=dword:(.{8})$/.exec(line);
    const bytes = /^(@|".*")=hex\((.+)\):(.*)$/.exec(line);
    if (number) values[unquoted(number[1]!)] = `4:${number[2]!.match(/../g)!.reverse().join('')}`;
    else if (bytes)
      values[unquoted(bytes[1]!)] = `${Number.parseInt(bytes[2]!, 16)}:${bytes[3]!.replaceAll(',', '')}`;
    else expect(line).toMatch(/^(Windows Registry Editor Version 5.00)?$/);
  }
  return flat;
}

function unquoted(name: string): string {
  return name === '@' ? '' : name.slice(1, -1).replaceAll(/\\(.)/g, '$1');
}

const letters = [...'abCD12 .-_{}~%/äÿßжЖ€漢'];
const keyName = fc.string({ minLength: 1, maxLength: 10, unit: fc.constantFrom(...letters) });
const valueName = fc.string({ maxLength: 10, unit: fc.constantFrom(...letters, '"', '\\', '=', '@', ';') });
const value: fc.Arbitrary<ValueSpec> = fc.record({
  name: valueName,
  type: fc.integer({ min: 0, max: 11 }).filter((type) => type !== 4),
  data: fc
    .oneof(
      { weight: 9, arbitrary: fc.uint8Array({ maxLength: 30 }) },
      { weight: 1, arbitrary: fc.uint8Array({ minLength: 16_340, maxLength: 17_000 }) },
    )
    .map((bytes) => Buffer.from(bytes)),
});
const number: fc.Arbitrary<ValueSpec> = fc.record({
  name: valueName,
  type: fc.constant(4),
  data: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
});
const unlike = <T extends { name: string }>(each: fc.Arbitrary<T>) =>
  fc.uniqueArray(each, { maxLength: 5, selector: ({ name }) => name.toUpperCase().replaceAll('SS', 'ß') });
const { tree } = fc.letrec<{ tree: KeySpec }>((tie) => ({
  tree: fc.record({
    name: keyName,
    values: unlike(fc.oneof(value, number)),
    subkeys: fc.oneof({ maxDepth: 3 }, fc.constant([]), unlike(tie('tree'))),
  }),
}));

describe.skipIf(!hasTool)('libhivex', () => {
  const run = (...args: string[]): string =>
    execFileSync(TOOL, args, { env, encoding: 'utf8', maxBuffer: 1 << 28 });
  const exported = (file: string): Flat => readReg(run('--export', file, '\\'));

  test('reads what our builder writes', () => {
    const file = join(temporaryDirectory(), 'built.hive');
    fc.assert(
      fc.property(tree, (root) => {
        writeFileSync(file, buildHive({ root }));
        expect(exported(file)).toEqual(flatSpec(root));
      }),
      { numRuns: 30 },
    );
  });

  test.each(['lf', 'lh', 'li', 'ri'] as const)('finds keys by a list of kind %s', (list) => {
    const file = join(temporaryDirectory(), 'list.hive');
    const subkeys = Array.from({ length: 700 }, (_, index) => ({ name: `Key ${index}` }));
    writeFileSync(file, buildHive({ root: { name: 'ROOT', list, subkeys } }));
    expect(exported(file)).toEqual(flatSpec({ name: 'ROOT', subkeys }));
  });

  test('writes what we read', () => {
    const directory = temporaryDirectory();
    const [file, changes] = [join(directory, 'merged.hive'), join(directory, 'changes.reg')];
    fc.assert(
      fc.property(tree, (root) => {
        writeFileSync(file, buildHive({ root: { name: 'ROOT' } }));
        writeFileSync(changes, writeReg(flatSpec(root)));
        run('--merge', file, changes);
        const hive = openHive(readFileSync(file));
        expect(flatHive(hive.root)).toEqual(flatSpec(root));
        expect(flatHive(hive.root)).toEqual(exported(file));
        expect(hive.state).toBe('clean');
      }),
      { numRuns: 30 },
    );
  });
});
