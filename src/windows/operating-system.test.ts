import { describe, expect, test } from 'vitest';
import { dword, hiveFromPaths, sz, type ValueSpec } from '../../test/builders/hive.ts';
import { CURRENT_VERSION, PACKAGES } from '../../test/builders/windows-image.ts';
import type { Digest } from '../base/digest.ts';
import { openHive } from '../formats/regf/hive.ts';
import { parseWindowsVersion } from '../model/windows-version.ts';
import { type OperatingSystemWitnesses, readOperatingSystem } from './operating-system.ts';
import { extractKeys } from './registry/extract.ts';
import { REGISTRY_INTERESTS } from './registry/interests.ts';
import { type MergedKey, standalone } from './registry/merge.ts';

const DIGEST: Digest = `sha256:${'d'.repeat(64)}`;

type Paths = Readonly<Record<string, readonly ValueSpec[]>>;

function merged(hive: 'SOFTWARE' | 'SYSTEM', paths: Paths): MergedKey {
  return standalone(extractKeys(openHive(hiveFromPaths(paths)), hive, REGISTRY_INTERESTS), 0);
}

const IDENTITY = [
  sz('CurrentBuildNumber', '20348'),
  dword('UBR', 5000),
  sz('InstallationType', 'Server Core'),
];

function witnesses(software: Paths, over: Partial<OperatingSystemWitnesses> = {}): OperatingSystemWitnesses {
  return {
    software: merged('SOFTWARE', software),
    system: undefined,
    layers: { digest: () => DIGEST, hivePath: () => 'Files/Windows/System32/config/SOFTWARE' },
    configVersion: '10.0.20348.5000',
    configArchitecture: 'amd64',
    files: [],
    hasPendingFile: false,
    ...over,
  };
}

const rollup = (version: string): string =>
  `${PACKAGES}\\Package_for_RollupFix~31bf3856ad364e35~amd64~~${version}`;

describe('readOperatingSystem', () => {
  test('build and revision are the registry’s, the name is the build’s', () => {
    const { os, notices } = readOperatingSystem(
      witnesses({ [CURRENT_VERSION]: [...IDENTITY, sz('ProductName', 'Windows Server 2016 Datacenter')] }),
    );
    expect(os).toMatchObject({ name: 'Windows Server 2022', build: 20348, revision: 5000 });
    expect(os?.evidence[0]).toMatchObject({ layer: DIGEST, value: 'UBR', data: '5000' });
    expect(notices).toEqual([]);
  });

  test('CurrentBuild stands in for a missing CurrentBuildNumber', () => {
    const { os } = readOperatingSystem(
      witnesses({ [CURRENT_VERSION]: [sz('CurrentBuild', '17763'), dword('UBR', 1)] }),
    );
    expect(os).toMatchObject({ build: 17763, revision: 1 });
  });

  test.each([[[]], [[sz('CurrentBuildNumber', '')]], [[sz('CurrentBuildNumber', 'x')]], [[dword('UBR', 5)]]])(
    'without a build number there is no Windows (%#)',
    (values) => {
      expect(readOperatingSystem(witnesses({ [CURRENT_VERSION]: values })).os).toBeUndefined();
    },
  );

  test('no registry, no Windows', () => {
    expect(readOperatingSystem(witnesses({}, { software: undefined })).os).toBeUndefined();
  });

  test('Nano Server 2016 ended years before the rest of 2016', () => {
    const values = (type: string): ValueSpec[] => [
      sz('CurrentBuildNumber', '14393'),
      dword('UBR', 1),
      sz('InstallationType', type),
    ];
    const end = (type: string): string | undefined =>
      readOperatingSystem(witnesses({ [CURRENT_VERSION]: values(type) })).os?.endOfSupport;
    expect(end('Nano Server')).toBe('2018-10-09');
    expect(end('Server Core')).toBe('2027-01-12');
  });

  test('the architecture is that of the control set in use', () => {
    const environment = (name: string, value: string): Paths => ({
      [`${name}\\Control\\Session Manager\\Environment`]: [sz('PROCESSOR_ARCHITECTURE', value)],
    });
    const system = merged('SYSTEM', {
      Select: [dword('Current', 2)],
      ...environment('ControlSet001', 'AMD64'),
      ...environment('ControlSet002', 'ARM64'),
    });
    const reading = readOperatingSystem(witnesses({ [CURRENT_VERSION]: IDENTITY }, { system }));
    expect(reading.os?.architecture).toBe('arm64');
    expect(reading.notices).toMatchObject([{ code: 'ARCHITECTURE_CONFLICT' }]);
  });

  test('BuildLabEx tells the architecture when nothing else does', () => {
    const lab = sz('BuildLabEx', '26100.1.arm64fre.ge_release.240331-1435');
    const { os } = readOperatingSystem(
      witnesses({ [CURRENT_VERSION]: [...IDENTITY, lab] }, { configArchitecture: undefined }),
    );
    expect(os?.architecture).toBe('arm64');
  });
});

describe('witnesses', () => {
  test('another os.version is reported with both values, and the registry decides', () => {
    const reading = readOperatingSystem(
      witnesses({ [CURRENT_VERSION]: IDENTITY }, { configVersion: '10.0.20348.4999' }),
    );
    expect(reading.os?.revision).toBe(5000);
    expect(reading.notices).toMatchObject([{ code: 'REVISION_CONFLICT', uncertain: true }]);
    expect(reading.notices[0]?.message).toMatch(/10\.0\.20348\.4999.*10\.0\.20348\.5000/);
  });

  test('a missing or unreadable os.version is no witness', () => {
    for (const configVersion of [undefined, '6.3.9600']) {
      expect(
        readOperatingSystem(witnesses({ [CURRENT_VERSION]: IDENTITY }, { configVersion })).notices,
      ).toEqual([]);
    }
  });

  test('the newest installed cumulative package must agree, superseded ones need not', () => {
    const state = (number: number): ValueSpec[] => [dword('CurrentState', number)];
    const agreeing = { [rollup('20348.5000.1.5')]: state(112), [rollup('20348.4294.1.2')]: state(80) };
    const reading = readOperatingSystem(witnesses({ [CURRENT_VERSION]: IDENTITY, ...agreeing }));
    expect(reading.notices).toEqual([]);
    expect(reading.os?.servicing.cumulative.map(({ version, state: is }) => [version, is])).toEqual([
      ['20348.5000.1.5', 'installed'],
      ['20348.4294.1.2', 'superseded'],
    ]);
    const other = { [rollup('20348.4294.1.2')]: state(112) };
    expect(readOperatingSystem(witnesses({ [CURRENT_VERSION]: IDENTITY, ...other })).notices).toMatchObject([
      { code: 'REVISION_CONFLICT' },
    ]);
  });

  test('system files may be older than the registry, not newer', () => {
    const file = (version: string): OperatingSystemWitnesses['files'][number] => ({
      version: parseWindowsVersion(version)!,
      architecture: 'amd64',
      evidence: { kind: 'file', path: 'FILES/WINDOWS/SYSTEM32/NTDLL.DLL', data: version },
    });
    const noticesOf = (version: string): number =>
      readOperatingSystem(witnesses({ [CURRENT_VERSION]: IDENTITY }, { files: [file(version)] })).notices
        .length;
    expect(noticesOf('10.0.20348.1')).toBe(0);
    expect(noticesOf('10.0.20348.5000')).toBe(0);
    expect(noticesOf('10.0.20348.5001')).toBe(1);
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
  ])('an update that waits is reported: %s', (_what, paths: Paths, hasPendingFile) => {
    const reading = readOperatingSystem(
      witnesses({ [CURRENT_VERSION]: IDENTITY, ...paths }, { hasPendingFile }),
    );
    expect(reading.notices).toMatchObject([{ code: 'SERVICING_PENDING', uncertain: true }]);
  });
});
