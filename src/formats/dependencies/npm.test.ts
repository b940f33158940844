// package.json of installed packages, and the lock files of all three versions.
import { expect, test } from 'vitest';
import { parseNpmLock } from './npm-lock.ts';
import { parseNpmPackage } from './npm-package.ts';

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const npm = (name: string, version: string) => ({ ecosystem: 'npm', name, version });

test('an installed package names itself; a marker of a module type does not', () => {
  expect(parseNpmPackage(bytes({ name: '@scope/tool', version: '1.2.3' }))).toEqual([
    npm('@scope/tool', '1.2.3'),
  ]);
  expect(parseNpmPackage(bytes({ type: 'module' }))).toEqual([]);
});

test('lock file 3: by folder, without the project, links and development', () => {
  const lock = {
    lockfileVersion: 3,
    packages: {
      '': { name: 'app', version: '1.0.0' },
      'node_modules/a': { version: '1.0.0' },
      'node_modules/a/node_modules/@s/b': { version: '2.0.0' },
      'node_modules/alias': { name: 'real', version: '3.0.0' },
      'node_modules/test': { version: '4.0.0', dev: true },
      'node_modules/local': { link: true, resolved: 'local' },
      local: { version: '5.0.0' },
    },
  };
  expect(parseNpmLock(bytes(lock))).toEqual([npm('a', '1.0.0'), npm('@s/b', '2.0.0'), npm('real', '3.0.0')]);
});

test('lock file 1: nested', () => {
  const lock = {
    lockfileVersion: 1,
    dependencies: {
      a: { version: '1.0.0', dependencies: { b: { version: '2.0.0' }, a: { version: '1.0.0' } } },
      dev: { version: '1.0.0', dev: true },
      git: { version: 'git+ssh://example.com/x.git#abc' },
    },
  };
  expect(parseNpmLock(bytes(lock))).toEqual([npm('a', '1.0.0'), npm('b', '2.0.0')]);
});

test('a tower of packages ends', () => {
  let tower: Record<string, unknown> = {};
  for (let depth = 0; depth < 5000; depth++)
    tower = { dependencies: { a: { version: `${depth}.0.0`, ...tower } } };
  expect(parseNpmLock(bytes(tower)).length).toBeLessThan(200);
});
