// PowerShell 6 and later, wherever it lies.
import { expect, test } from 'vitest';
import { buildImageContent } from '../../test/builders/image-content.ts';
import type { PeFacts } from '../model/layer-facts.ts';
import { readPowerShell } from './powershell.ts';

function read(files: Readonly<Record<string, PeFacts>>): unknown[] {
  return readPowerShell(buildImageContent({ files })).map(({ name, version, match }) => [
    name,
    version,
    match?.by === 'product' ? match.line : undefined,
  ]);
}

test('by the product version of pwsh.dll, with the commit behind it', () => {
  expect(
    read({ 'Files/Program Files/PowerShell/latest/pwsh.dll': { productVersion: '7.4.1 SHA: 0ab1+0ab1' } }),
  ).toEqual([['PowerShell', '7.4.1', '7.4']]);
  expect(read({ 'Files/tools/pwsh.dll': { productVersion: '7.5.0-preview.3 SHA: 1' } })).toEqual([
    ['PowerShell', '7.5.0-preview.3', '7.5'],
  ]);
});

test('else by its core library, else by the program that starts it', () => {
  const folder = 'Files/Program Files/PowerShell/7';
  const core = { [`${folder}/System.Management.Automation.dll`]: { productVersion: '7.4.2' } };
  const start = { [`${folder}/pwsh.exe`]: { productVersion: '7.4.3' } };
  expect(read({ [`${folder}/pwsh.dll`]: {}, ...core, ...start })).toEqual([['PowerShell', '7.4.2', '7.4']]);
  expect(read({ [`${folder}/pwsh.dll`]: {}, ...start })).toEqual([['PowerShell', '7.4.3', '7.4']]);
  expect(read({ [`${folder}/pwsh.dll`]: {} })).toEqual([]);
});

test('Windows PowerShell is part of Windows', () => {
  const path = 'Files/Windows/System32/WindowsPowerShell/v1.0/powershell.exe';
  expect(read({ [path]: { productVersion: '10.0.20348.1' } })).toEqual([]);
});
