// Libraries of applications: package URLs, evidence, and who services them.
import { expect, test } from 'vitest';
import { buildImageContent } from '../../test/builders/image-content.ts';
import type { Dependency } from '../model/dependency.ts';
import { readDotNet } from './dotnet.ts';
import { readLibraries } from './libraries.ts';

const nuget = (name: string, version: string): Dependency => ({ ecosystem: 'nuget', name, version });

test('one package a library and version, with the files that name it', () => {
  const dependencies = [nuget('Newtonsoft.Json', '13.0.3')];
  const content = buildImageContent({
    dependencyFiles: [
      { spelling: 'Files/a/a.deps.json', dependencies },
      { spelling: 'Files/b/b.deps.json', dependencies },
      { spelling: 'Files/b/old.deps.json', dependencies: [nuget('Newtonsoft.Json', '12.0.1')] },
    ],
  });
  const libraries = readLibraries(content, []);
  expect(libraries.map(({ purl, evidence }) => [purl, evidence.length])).toEqual([
    ['pkg:nuget/Newtonsoft.Json@12.0.1', 1],
    ['pkg:nuget/Newtonsoft.Json@13.0.3', 2],
  ]);
  expect(libraries[1]).toMatchObject({
    kind: 'library',
    match: { by: 'library', dependency: dependencies[0] },
  });
});

test.each<[Dependency, string]>([
  [{ ecosystem: 'npm', name: '@scope/tool', version: '1.0.0' }, 'pkg:npm/%40scope/tool@1.0.0'],
  [{ ecosystem: 'maven', name: 'org.example:app', version: '1.0' }, 'pkg:maven/org.example/app@1.0'],
  [
    { ecosystem: 'golang', name: 'golang.org/x/net', version: 'v0.17.0' },
    'pkg:golang/golang.org/x/net@v0.17.0',
  ],
  [{ ecosystem: 'pypi', name: 'requests', version: '2.31.0' }, 'pkg:pypi/requests@2.31.0'],
])('%j is %s', (dependency, purl) => {
  const content = buildImageContent({ dependencyFiles: [{ dependencies: [dependency] }] });
  expect(readLibraries(content, []).map((library) => library.purl)).toEqual([purl]);
});

test('modules of Go programs are libraries of theirs', () => {
  const go = [{ ecosystem: 'golang' as const, name: 'stdlib', version: '1.21.5' }];
  const content = buildImageContent({ files: { 'Files/tools/tool.exe': { go } } });
  expect(readLibraries(content, []).map(({ purl, ownedBy }) => [purl, ownedBy])).toEqual([
    ['pkg:golang/stdlib@1.21.5', undefined],
  ]);
});

test('what lies in a product’s folder is the product’s to service', () => {
  const shared = 'Files/Program Files/dotnet/shared/Microsoft.NETCore.App/8.0.20';
  const dependencies = [nuget('System.Text.Json', '8.0.0')];
  const content = buildImageContent({
    files: {
      [`${shared}/coreclr.dll`]: {},
      'Files/Program Files/dotnet/sdk/8.0.414/dotnet.dll': {},
      'Files/Program Files/PowerShell/7/pwsh.dll': { productVersion: '7.4.1' },
    },
    dependencyFiles: [
      `${shared}/Microsoft.NETCore.App.deps.json`,
      'Files/Program Files/dotnet/sdk/8.0.414/Roslyn/csc.deps.json',
      'Files/Program Files/PowerShell/7/Modules/X/x.deps.json',
      'Files/Windows/System32/x/x.deps.json',
      'Files/app/app.deps.json',
    ].map((spelling) => ({ spelling, dependencies })),
  });
  expect(readLibraries(content, readDotNet(content)).map(({ ownedBy }) => ownedBy)).toEqual([
    undefined,
    'dotnet:microsoft.netcore.app:8.0.20:files/program files/dotnet',
    'dotnet:sdk:8.0.414:files/program files/dotnet',
    'os',
    'powershell:files/program files/powershell/7',
  ]);
});
