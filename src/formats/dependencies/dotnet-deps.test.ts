// deps.json and runtimeconfig.json: packages, and the runtimes that applications bring.
import { expect, test } from 'vitest';
import { parseDotNetDeps } from './dotnet-deps.ts';
import { parseDotNetRuntimeConfig } from './dotnet-runtime-config.ts';

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

test('packages are libraries, projects and references are not, runtime packs are runtimes', () => {
  const deps = {
    runtimeTarget: { name: '.NETCoreApp,Version=v8.0/win-x64' },
    libraries: {
      'App/1.0.0': { type: 'project', serviceable: false },
      'Newtonsoft.Json/13.0.3': { type: 'package', serviceable: true },
      'System.Text.Json/8.0.0-rc.2': { type: 'Package' },
      'Some.Reference/1.0.0.0': { type: 'reference' },
      'runtimepack.Microsoft.NETCore.App.Runtime.win-x64/8.0.4': { type: 'runtimepack' },
      'runtimepack.Microsoft.AspNetCore.App.Runtime.win-x64/8.0.4': { type: 'runtimepack' },
      nonsense: { type: 'package' },
    },
  };
  expect(parseDotNetDeps(bytes(deps))).toEqual({
    dependencies: [
      { ecosystem: 'nuget', name: 'Newtonsoft.Json', version: '13.0.3' },
      { ecosystem: 'nuget', name: 'System.Text.Json', version: '8.0.0-rc.2' },
    ],
    runtimes: [
      { framework: 'Microsoft.NETCore.App', version: '8.0.4' },
      { framework: 'Microsoft.AspNetCore.App', version: '8.0.4' },
    ],
  });
});

test('a byte order mark is passed over, and missing parts are nothing', () => {
  expect(parseDotNetDeps(Buffer.from('\ufeff{}'))).toEqual({ dependencies: [], runtimes: [] });
  expect(parseDotNetDeps(bytes({ libraries: [1, 2] }))).toEqual({ dependencies: [], runtimes: [] });
});

test.each(['', '{', '[]', 'null', '"text"'])('%j is no such file', (text) => {
  expect(() => parseDotNetDeps(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
});

test('a self-contained application lists its frameworks, others refer to shared ones', () => {
  const own = {
    runtimeOptions: { includedFrameworks: [{ name: 'Microsoft.NETCore.App', version: '8.0.4' }, 7, {}] },
  };
  expect(parseDotNetRuntimeConfig(bytes(own))).toEqual([
    { framework: 'Microsoft.NETCore.App', version: '8.0.4' },
  ]);
  const shared = { runtimeOptions: { framework: { name: 'Microsoft.NETCore.App', version: '8.0.0' } } };
  expect(parseDotNetRuntimeConfig(bytes(shared))).toEqual([]);
});
