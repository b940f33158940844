import { describe, expect, test } from 'vitest';
import { dword, sz, type ValueSpec } from '../../test/builders/hive.ts';
import {
  buildImageContent,
  type ImageContentSpec,
  LAYER,
  type RegistryPaths,
} from '../../test/builders/image-content.ts';
import { NO_SERVICING } from '../../test/builders/inventory.ts';
import { CURRENT_VERSION, PACKAGES } from '../../test/builders/windows-image.ts';
import { type OperatingSystemReading, readOperatingSystem } from './operating-system.ts';
import { readServicing } from './servicing.ts';

const IDENTITY = [
  sz('CurrentBuildNumber', '20348'),
  dword('UBR', 5000),
  sz('InstallationType', 'Server Core'),
];

function read(
  software: RegistryPaths,
  over: ImageContentSpec = {},
  hasPendingFile = false,
): OperatingSystemReading {
  const content = buildImageContent({
    software,
    configVersion: '10.0.20348.5000',
    configArchitecture: 'amd64',
    ...over,
  });
  return readOperatingSystem(content, readServicing(content.software, [], hasPendingFile));
}

const rollup = (version: string): string =>
  `${PACKAGES}\\Package_for_RollupFix~31bf3856ad364e35~amd64~~${version}`;

describe('readOperatingSystem', () => {
  test('build and revision are the registry’s, the name is the build’s', () => {
    const { os, notices } = read({
      [CURRENT_VERSION]: [...IDENTITY, sz('ProductName', 'Windows Server 2016 Datacenter')],
    });
    expect(os).toMatchObject({ name: 'Windows Server 2022', build: 20348, revision: 5000 });
    expect(os?.evidence[0]).toMatchObject({ layer: LAYER, value: 'UBR', data: '5000' });
    expect(notices).toEqual([]);
  });

  test('CurrentBuild stands in for a missing CurrentBuildNumber', () => {
    const { os } = read({ [CURRENT_VERSION]: [sz('CurrentBuild', '17763'), dword('UBR', 1)] });
    expect(os).toMatchObject({ build: 17763, revision: 1 });
  });

  test.each([[[]], [[sz('CurrentBuildNumber', '')]], [[sz('CurrentBuildNumber', 'x')]], [[dword('UBR', 5)]]])(
    'without a build number there is no Windows (%#)',
    (values) => {
      expect(read({ [CURRENT_VERSION]: values }).os).toBeUndefined();
    },
  );

  test('Nano Server 2016 ended years before the rest of 2016', () => {
    const values = (type: string): ValueSpec[] => [
      sz('CurrentBuildNumber', '14393'),
      dword('UBR', 1),
      sz('InstallationType', type),
    ];
    const end = (type: string): string | undefined =>
      read({ [CURRENT_VERSION]: values(type) }).os?.endOfSupport;
    expect(end('Nano Server')).toBe('2018-10-09');
    expect(end('Server Core')).toBe('2027-01-12');
  });

  test('the architecture is that of the control set in use', () => {
    const environment = (name: string, value: string): RegistryPaths => ({
      [`${name}\\Control\\Session Manager\\Environment`]: [sz('PROCESSOR_ARCHITECTURE', value)],
    });
    const system = {
      Select: [dword('Current', 2)],
      ...environment('ControlSet001', 'AMD64'),
      ...environment('ControlSet002', 'ARM64'),
    };
    const reading = read({ [CURRENT_VERSION]: IDENTITY }, { system });
    expect(reading.os?.architecture).toBe('arm64');
    expect(reading.notices).toMatchObject([{ code: 'ARCHITECTURE_CONFLICT' }]);
  });

  test('BuildLabEx tells the architecture when nothing else does', () => {
    const lab = sz('BuildLabEx', '26100.1.arm64fre.ge_release.240331-1435');
    const content = buildImageContent({ software: { [CURRENT_VERSION]: [...IDENTITY, lab] } });
    expect(readOperatingSystem(content, NO_SERVICING).os?.architecture).toBe('arm64');
  });

  test.each([
    [
      'a session',
      {
        'Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\SessionsPending': [
          dword('Exclusive', 1),
        ],
      },
      false,
    ],
    [
      'a package',
      { 'Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\PackagesPending\\X': [] },
      false,
    ],
    ['pending.xml', {}, true],
  ])('an update that waits is reported: %s', (_what, paths: RegistryPaths, hasPendingFile) => {
    const reading = read({ [CURRENT_VERSION]: IDENTITY, ...paths }, {}, hasPendingFile);
    expect(reading.notices).toMatchObject([{ code: 'SERVICING_PENDING', uncertain: true }]);
  });
});

describe('the package that decides', () => {
  const state = (number: number): ValueSpec[] => [dword('CurrentState', number)];

  test('the newest installed cumulative package must agree, superseded ones need not', () => {
    const { os, notices } = read({
      [CURRENT_VERSION]: IDENTITY,
      [rollup('20348.5000.1.5')]: state(112),
      [rollup('20348.4294.1.2')]: state(80),
    });
    expect(notices).toEqual([]);
    expect(os?.servicing.cumulative.map(({ version, state: is }) => [version, is])).toEqual([
      ['20348.5000.1.5', 'installed'],
      ['20348.4294.1.2', 'superseded'],
    ]);
  });

  test('an installed package of a lower revision decides, and is the first evidence', () => {
    const { os, notices } = read({
      [CURRENT_VERSION]: IDENTITY,
      [rollup('20348.4294.1.2')]: state(112),
    });
    expect(os?.revision).toBe(4294);
    expect(os?.evidence[0]?.key).toContain('Package_for_RollupFix');
    expect(notices).toMatchObject([
      { code: 'REVISION_CONFLICT', uncertain: true },
      { code: 'REVISION_CONFLICT', message: expect.stringContaining('os.version') },
    ]);
  });
});
