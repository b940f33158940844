// .NET runtimes and SDKs by their folders, and those that applications bring.
import { expect, test } from 'vitest';
import { buildImageContent, type ImageContentSpec } from '../../test/builders/image-content.ts';
import { readDotNet } from './dotnet.ts';

const DOTNET = 'Files/Program Files/dotnet';

/** name, version, `family line` or nothing, owner. */
function read(spec: ImageContentSpec): unknown[] {
  return readDotNet(buildImageContent(spec)).map(({ name, version, match, ownedBy }) => [
    name,
    version,
    match?.by === 'product' ? `${match.family} ${match.line}` : undefined,
    ownedBy,
  ]);
}

test('one package a folder, whatever lies in it', () => {
  const files = {
    [`${DOTNET}/shared/Microsoft.NETCore.App/8.0.20/System.Private.CoreLib.dll`]: {},
    [`${DOTNET}/shared/Microsoft.NETCore.App/8.0.20/coreclr.dll`]: {},
    [`${DOTNET}/shared/Microsoft.NETCore.App/6.0.36/coreclr.dll`]: {},
    [`${DOTNET}/shared/Microsoft.AspNetCore.App/8.0.20/Microsoft.AspNetCore.dll`]: {},
    [`${DOTNET}/shared/Some.Other.Framework/1.0.0/x.dll`]: {},
    [`${DOTNET}/host/fxr/8.0.20/hostfxr.dll`]: {},
    [`${DOTNET}/sdk/8.0.414/dotnet.dll`]: {},
    [`${DOTNET}/sdk/8.0.414/Sdks/x/dotnet.dll`]: {},
  };
  expect(read({ files })).toEqual([
    ['.NET Runtime', '8.0.20', 'dotnet 8.0', undefined],
    ['.NET Runtime', '6.0.36', 'dotnet 6.0', undefined],
    ['ASP.NET Core Runtime', '8.0.20', 'aspnet-core 8.0', undefined],
    ['.NET SDK', '8.0.414', undefined, undefined],
  ]);
});

test('the desktop runtime is matched only where its own runtime is missing', () => {
  const desktop = `${DOTNET}/shared/Microsoft.WindowsDesktop.App`;
  const files = {
    [`${DOTNET}/shared/Microsoft.NETCore.App/8.0.20/coreclr.dll`]: {},
    [`${desktop}/8.0.20/PresentationCore.dll`]: {},
    [`${desktop}/8.0.10/PresentationCore.dll`]: {},
  };
  expect(read({ files })).toEqual([
    ['.NET Runtime', '8.0.20', 'dotnet 8.0', undefined],
    ['.NET Desktop Runtime', '8.0.20', undefined, undefined],
    ['.NET Desktop Runtime', '8.0.10', 'dotnet 8.0', undefined],
  ]);
});

test('an application’s own runtime is one, PowerShell’s is PowerShell’s', () => {
  const runtimes = [{ framework: 'Microsoft.NETCore.App', version: '8.0.4' }];
  const spec = {
    files: { 'Files/Program Files/PowerShell/7/pwsh.dll': { productVersion: '7.4.1 SHA: abc' } },
    dependencyFiles: [
      { spelling: 'Files/app/app.deps.json', runtimes },
      { spelling: 'Files/app/app.runtimeconfig.json', runtimes },
      { spelling: 'Files/Program Files/PowerShell/7/pwsh.deps.json', runtimes },
    ],
  };
  expect(read(spec)).toEqual([
    ['.NET Runtime', '8.0.4', 'dotnet 8.0', undefined],
    ['.NET Runtime', '8.0.4', undefined, 'powershell:files/program files/powershell/7'],
  ]);
});

test('ids are unique, versions spelled as the folder is', () => {
  const packages = readDotNet(
    buildImageContent({
      files: {
        'Files/a/shared/Microsoft.NETCore.App/9.0.0-rc.2.24473.5/coreclr.dll': {},
        'Files/b/shared/Microsoft.NETCore.App/9.0.0-rc.2.24473.5/coreclr.dll': {},
      },
    }),
  );
  expect(new Set(packages.map(({ id }) => id)).size).toBe(2);
  expect(packages.map(({ version }) => version)).toEqual(['9.0.0-rc.2.24473.5', '9.0.0-rc.2.24473.5']);
  expect(packages[0]?.evidence).toMatchObject([
    { kind: 'file', path: expect.stringContaining('coreclr.dll') },
  ]);
});
