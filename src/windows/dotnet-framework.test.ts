// .NET Framework: version by Release, update level by rollup package or files, and what is said when they disagree.
import { describe, expect, test } from 'vitest';
import { dword, sz } from '../../test/builders/hive.ts';
import { buildImageContent, type RegistryPaths } from '../../test/builders/image-content.ts';
import { PACKAGES } from '../../test/builders/windows-image.ts';
import { type DotNetFrameworkReading, readDotNetFramework } from './dotnet-framework.ts';
import { readServicing } from './servicing.ts';

const NDP = 'Microsoft\\NET Framework Setup\\NDP';
const FRAMEWORK = 'Files/Windows/Microsoft.NET/Framework64/v4.0.30319';

const full = (release: number): RegistryPaths => ({
  [`${NDP}\\v4\\Full`]: [dword('Release', release), dword('Install', 1), sz('Version', '4.8.04161')],
});
const THREE_FIVE: RegistryPaths = {
  [`${NDP}\\v3.5`]: [dword('Install', 1), sz('Version', '3.5.30729.4926')],
};
const rollup = (name: string, version: string, state = 112): RegistryPaths => ({
  [`${PACKAGES}\\${name}~31bf3856ad364e35~amd64~~${version}`]: [dword('CurrentState', state)],
});

function read(software: RegistryPaths, files: Readonly<Record<string, string>> = {}): DotNetFrameworkReading {
  const content = buildImageContent({
    software,
    files: Object.fromEntries(Object.entries(files).map(([path, fileVersion]) => [path, { fileVersion }])),
  });
  return readDotNetFramework(content, readServicing(content.software, [], false));
}

test.each([
  [378389, '4.5'],
  [379893, '4.5.2'],
  [394806, '4.6.2'],
  [460805, '4.7'],
  [461310, '4.7.1'],
  [461814, '4.7.2'],
  [528040, '4.8'],
  [528449, '4.8'],
  [533320, '4.8.1'],
  [533325, '4.8.1'],
  [999999, '4.8.1'],
])('Release %i is %s', (release, version) => {
  expect(read(full(release)).framework).toMatchObject({ version, release, has35: false });
});

test('none, as on Nano Server', () => {
  expect(read({})).toEqual({ framework: undefined, packages: [], notices: [] });
});

test('3.5 alone, and beside 4.x', () => {
  expect(read(THREE_FIVE)).toMatchObject({
    framework: { version: undefined, has35: true },
    packages: [{ name: 'Microsoft .NET Framework 3.5', version: '3.5.30729.4926' }],
    notices: [],
  });
  const both = read({ ...full(528040), ...THREE_FIVE, ...rollup('Package_for_DotNetRollup', '10.0.4690.2') });
  expect(both.packages.map(({ id, version, purl }) => [id, version, purl])).toEqual([
    ['dotnet-framework', '4.8.4690', 'pkg:generic/microsoft/dotnet-framework@4.8.4690'],
    ['dotnet-framework-3.5', '3.5.30729.4926', 'pkg:generic/microsoft/dotnet-framework@3.5.30729.4926'],
  ]);
});

describe('the update level', () => {
  test('is the newest installed rollup of the line', () => {
    const { framework, notices } = read({
      ...full(533320),
      ...rollup('Package_for_DotNetRollup_481', '10.0.9214.1'),
      ...rollup('Package_for_DotNetRollup_481', '10.0.9186.1', 80),
      ...rollup('Package_for_DotNetRollup_481', '10.0.9400.1', 64),
      ...rollup('Package_for_DotNetRollup', '10.0.4690.2'),
    });
    expect(framework).toMatchObject({ version: '4.8.1', revision: 9214, revisionFrom: 'package' });
    expect(notices).toEqual([]);
  });

  test('else the highest of clr.dll, mscorlib.dll and System.dll', () => {
    const { framework } = read(full(528040), {
      [`${FRAMEWORK}/clr.dll`]: '4.8.4645.0',
      [`${FRAMEWORK}/mscorlib.dll`]: '4.8.4690.0',
      [`${FRAMEWORK}/System.dll`]: '4.8.9400.0',
      [`${FRAMEWORK}/other.dll`]: '4.8.4800.0',
    });
    expect(framework).toMatchObject({ revision: 4690, revisionFrom: 'files' });
  });

  test('else unknown, which is said', () => {
    const { framework, notices, packages } = read(full(528040));
    expect(framework).toMatchObject({ revision: undefined, revisionFrom: undefined });
    expect(packages[0]?.version).toBe('4.8');
    expect(notices).toMatchObject([{ code: 'FRAMEWORK_REVISION_UNKNOWN', uncertain: true }]);
  });

  test.each([
    ['4.8.4690.0', []],
    ['4.8.4644.0', [['FRAMEWORK_CONFLICT', false]]],
    ['4.8.4718.0', [['FRAMEWORK_CONFLICT', true]]],
  ])('a package of 4690 beside files of %s', (version, expected) => {
    const { framework, notices } = read(
      { ...full(528040), ...rollup('Package_for_DotNetRollup', '10.0.4690.2') },
      { [`${FRAMEWORK}/clr.dll`]: version },
    );
    expect(framework?.revision).toBe(4690);
    expect(notices.map(({ code, uncertain }) => [code, uncertain])).toEqual(expected);
  });
});
