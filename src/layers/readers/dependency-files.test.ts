// Which files of a layer are asked for libraries, and what becomes of bad ones.
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { layerFacts } from '../../../test/builders/layer-facts.ts';
import { file } from '../../../test/builders/tar.ts';

const POM = 'groupId=org.example\nartifactId=app\nversion=1.0\n';

const CONTENTS: Readonly<Record<string, string | Uint8Array>> = {
  'deps.json': JSON.stringify({ libraries: { 'A/1.0.0': { type: 'package' } } }),
  'runtimeconfig.json': JSON.stringify({
    runtimeOptions: { includedFrameworks: [{ name: 'Microsoft.NETCore.App', version: '8.0.4' }] },
  }),
  'packages.lock.json': JSON.stringify({ dependencies: { net8: { B: { resolved: '2.0.0' } } } }),
  'packages.config': '<packages><package id="C" version="3.0.0"/></packages>',
  'package.json': JSON.stringify({ name: 'd', version: '4.0.0' }),
  'package-lock.json': JSON.stringify({ packages: { 'node_modules/e': { version: '5.0.0' } } }),
  METADATA: 'Name: f\nVersion: 6.0\n\n',
  jar: zipSync({ 'META-INF/maven/org.example/app/pom.properties': strToU8(POM) }),
};

describe('a file that is read', () => {
  test.each([
    ['Files/app/App.deps.json', 'deps.json', 'A'],
    ['Files/app/App.runtimeconfig.json', 'runtimeconfig.json', undefined],
    ['Files/src/packages.lock.json', 'packages.lock.json', 'B'],
    ['Files/inetpub/wwwroot/packages.config', 'packages.config', 'C'],
    ['Files/app/node_modules/d/package.json', 'package.json', 'd'],
    ['Files/app/node_modules/x/node_modules/@s/d/package.json', 'package.json', 'd'],
    ['Files/app/package-lock.json', 'package-lock.json', 'e'],
    ['Files/app/npm-shrinkwrap.json', 'package-lock.json', 'e'],
    ['Files/Python/Lib/site-packages/f-6.0.dist-info/METADATA', 'METADATA', 'f'],
    ['Files/Python/Lib/site-packages/f.egg-info/PKG-INFO', 'METADATA', 'f'],
    ['Files/Python/Lib/site-packages/f-6.0.egg-info', 'METADATA', 'f'],
    ['Files/app/APP.JAR', 'jar', 'org.example:app'],
    ['Files/app/site.war', 'jar', 'org.example:app'],
  ])('%s', async (path, format, name) => {
    const { dependencyFiles, warnings } = await layerFacts([file(path, CONTENTS[format]!)]);
    expect(dependencyFiles).toMatchObject([{ spelling: path, path: path.toUpperCase(), format }]);
    expect(dependencyFiles[0]?.dependencies.map((dependency) => dependency.name)).toEqual(name ? [name] : []);
    expect(dependencyFiles[0]?.runtimes?.length ?? 0).toBe(name ? 0 : 1);
    expect(warnings).toEqual([]);
  });
});

test.each([
  ['Files/app/package.json', 'package.json'],
  ['Files/app/node_modules/d/lib/package.json', 'package.json'],
  ['Files/app/node_modules/d/package-lock.json', 'package-lock.json'],
  ['Files/app/METADATA', 'METADATA'],
  ['Files/Windows/WinSxS/x/App.deps.json', 'deps.json'],
  ['UtilityVM/Files/app/App.deps.json', 'deps.json'],
  ['app/App.deps.json', 'deps.json'],
])('%s is none', async (path, format) => {
  const { dependencyFiles } = await layerFacts([file(path, CONTENTS[format]!)]);
  expect(dependencyFiles).toEqual([]);
});

test('damaged files are warnings; empty ones say nothing', async () => {
  const { dependencyFiles, warnings } = await layerFacts([
    file('Files/a/App.deps.json', '{"libraries":'),
    file('Files/b/app.jar', 'no zip'),
    file('Files/c/x.dist-info/METADATA', 'nothing'),
    file('Files/d/App.deps.json', ''),
    file('Files/e/App.deps.json', '{}'),
  ]);
  expect(dependencyFiles).toEqual([]);
  expect(warnings.map(({ path, reason }) => [path, reason.slice(0, 8)])).toEqual([
    ['Files/a/App.deps.json', 'not JSON'],
    ['Files/b/app.jar', 'not a zi'],
    ['Files/c/x.dist-info/METADATA', 'it names'],
  ]);
});

test('what is larger than any real list is not read', async () => {
  const limit = 16 * 1024 * 1024;
  const list = CONTENTS['deps.json'] as string;
  const { dependencyFiles, warnings } = await layerFacts([
    file('Files/a/App.deps.json', list.padEnd(limit)),
    file('Files/b/App.deps.json', list.padEnd(limit + 1)),
  ]);
  expect(dependencyFiles.map(({ spelling }) => spelling)).toEqual(['Files/a/App.deps.json']);
  expect(warnings).toEqual([
    { path: 'Files/b/App.deps.json', reason: expect.stringContaining('at most 16777216 is read') },
  ]);
});
