// Every program of a layer, by what is in it and not by its name.
import { expect, test } from 'vitest';
import { buildGoInfo } from '../../../test/builders/go-binary.ts';
import { layerFacts } from '../../../test/builders/layer-facts.ts';
import { buildPe } from '../../../test/builders/pe.ts';
import { file } from '../../../test/builders/tar.ts';

test('what a program says of itself, whatever it is called', async () => {
  const strings = {
    ProductVersion: '7.4.1 SHA: 0ab1',
    ProductName: 'PowerShell',
    CompanyName: 'Microsoft Corporation',
    OriginalFilename: 'pwsh.dll',
    FileDescription: 'not kept',
  };
  const { files, warnings } = await layerFacts([
    file(
      'Files/Program Files/PowerShell/7/pwsh.dll',
      buildPe({ versions: [{ file: '7.4.1.500', strings }] }),
    ),
    file('Files/data.bin', buildPe({ machine: 0xaa64 })),
    file('Files/text.exe', 'MZ but no program'.repeat(20)),
    file('Files/empty.exe', ''),
    file('UtilityVM/Files/Windows/System32/ntdll.dll', buildPe()),
    file('Files/Windows/WinSxS/amd64_x/stored.dll', buildPe()),
  ]);
  expect(files.map(({ path, pe }) => [path, pe])).toEqual([
    [
      'FILES/PROGRAM FILES/POWERSHELL/7/PWSH.DLL',
      {
        architecture: 'amd64',
        fileVersion: '7.4.1.500',
        productVersion: '7.4.1 SHA: 0ab1',
        productName: 'PowerShell',
        companyName: 'Microsoft Corporation',
        originalName: 'pwsh.dll',
      },
    ],
    ['FILES/DATA.BIN', { architecture: 'arm64' }],
  ]);
  expect(warnings).toEqual([]);
});

test('modules of Go programs outside Windows', async () => {
  const program = Buffer.concat([buildPe(), buildGoInfo('go1.22.1', ['dep\texample.com/x\tv1.0.0'])]);
  const { files } = await layerFacts([
    file('Files/tools/tool.exe', program),
    file('Files/Windows/tool.exe', program),
  ]);
  expect(files.map(({ pe }) => pe?.go?.map(({ name }) => name))).toEqual([
    ['stdlib', 'example.com/x'],
    undefined,
  ]);
});
