// Folders import only downwards, and no file grows past 500 lines (shared rules of this code base).
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Rooms of `src`, lowest first: a room imports from itself and from those before it. */
const ROOMS = [
  'base',
  'model',
  'formats',
  'windows',
  'images',
  'layers',
  'advisories',
  'matching',
  'reports',
  'store',
  'service',
  'http',
  'cli',
];
const MAX_LINES = 500;
const SRC = resolve(import.meta.dirname, '../src');

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(SRC, name));

const roomOf = (file: string): string => relative(SRC, file).split(sep)[0] ?? '';

function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  return [...source.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1] ?? '');
}

describe('architecture', () => {
  test('there is something to check', () => {
    expect(files.length).toBeGreaterThan(2);
  });

  test('every file is in a known room', () => {
    expect(files.filter((file) => !ROOMS.includes(roomOf(file)))).toEqual([]);
  });

  test('imports only go down', () => {
    const upward: string[] = [];
    for (const file of files) {
      for (const specifier of importsOf(file)) {
        const target = resolve(dirname(file), specifier);
        const isTestHelp = file.endsWith('.test.ts') && !target.startsWith(SRC);
        if (isTestHelp) continue;
        if (ROOMS.indexOf(roomOf(target)) > ROOMS.indexOf(roomOf(file)) || !target.startsWith(SRC)) {
          upward.push(`${relative(SRC, file)} -> ${specifier}`);
        }
      }
    }
    expect(upward).toEqual([]);
  });

  test('no source file is over the limit, none is a drawer', () => {
    const long = files.filter((file) => readFileSync(file, 'utf8').split('\n').length > MAX_LINES);
    expect(long.map((file) => relative(SRC, file))).toEqual([]);
    const drawers = files.filter((file) => /\/(utils?|helpers?|common|misc|index)\.ts$/.test(file));
    expect(drawers.map((file) => relative(SRC, file))).toEqual([]);
  });
});
