// Everything that is in an image, from the layers to the report: products, programs, libraries, and their findings.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { type CvrfSpec, writeFeed } from '../builders/cvrf.ts';
import { dword, sz } from '../builders/hive.ts';
import { buildImage, ociLayout, writeFiles } from '../builders/image.ts';
import { buildMum } from '../builders/mum.ts';
import { buildPe } from '../builders/pe.ts';
import { file, hardlink } from '../builders/tar.ts';
import { baseLayer, deltaLayer, PACKAGES, UNINSTALL } from '../builders/windows-image.ts';
import { clearstory } from './run-command.ts';

const TOKEN = '31bf3856ad364e35~amd64~';
const DOTNET = 'Files/Program Files/dotnet';
const NDP = 'Microsoft\\NET Framework Setup\\NDP';

const program = (version: string, strings: Readonly<Record<string, string>> = {}): Buffer =>
  buildPe({ versions: [{ file: version, strings }] });
const deps = (libraries: Readonly<Record<string, string>>): string =>
  JSON.stringify({
    libraries: Object.fromEntries(Object.entries(libraries).map(([name, type]) => [name, { type }])),
  });

const IMAGE = buildImage({
  osVersion: '10.0.17763.5000',
  layers: [
    baseLayer({
      build: 17763,
      revision: 5000,
      software: {
        [`${PACKAGES}\\Package_for_RollupFix~${TOKEN}~17763.5000.1.5`]: [dword('CurrentState', 112)],
        [`${PACKAGES}\\Package_for_DotNetRollup~${TOKEN}~10.0.4644.2`]: [dword('CurrentState', 112)],
        [`${PACKAGES}\\OpenSSH-Client-Package~${TOKEN}~10.0.17763.1`]: [
          dword('CurrentState', 112),
          dword('Visibility', 1),
        ],
        [`${NDP}\\v4\\Full`]: [dword('Release', 528049), dword('Install', 1)],
      },
      entries: [
        file(
          `Files/Windows/servicing/Packages/Package_for_RollupFix~${TOKEN}~17763.5000.1.5.mum`,
          buildMum({ name: 'Package_for_RollupFix', version: '17763.5000.1.5', identifier: 'KB5030000' }),
        ),
        file('Files/Windows/WinSxS/amd64_ntdll/ntdll.dll', program('10.0.17763.4900')),
        hardlink('Files/Windows/System32/ntdll.dll', 'Files/Windows/WinSxS/amd64_ntdll/ntdll.dll'),
        file('Files/Windows/System32/curl.exe', program('8.9.1.0', { ProductVersion: '8.9.1' })),
      ],
    }),
    deltaLayer(
      {
        [`${UNINSTALL}\\{ODBC}`]: [
          sz('DisplayName', 'Microsoft ODBC Driver 17 for SQL Server'),
          sz('DisplayVersion', '17.10.5.1'),
        ],
        [`${UNINSTALL}\\Tool`]: [sz('DisplayName', 'Tool'), sz('DisplayVersion', '1.0')],
      },
      {
        entries: [
          file(`${DOTNET}/shared/Microsoft.NETCore.App/8.0.20/coreclr.dll`, program('8.0.2025.1')),
          file(
            `${DOTNET}/shared/Microsoft.NETCore.App/8.0.20/Microsoft.NETCore.App.deps.json`,
            deps({ 'Vulnerable.Library/1.0.0': 'package' }),
          ),
          file(
            'Files/Program Files/PowerShell/7/pwsh.dll',
            program('7.4.1.500', { ProductVersion: '7.4.1 SHA: 0ab1' }),
          ),
        ],
      },
    ),
    deltaLayer(
      {},
      {
        entries: [
          file(
            'Files/app/app.deps.json',
            deps({
              'Vulnerable.Library/1.0.0': 'package',
              'Sound.Library/2.0.0': 'package',
              'app/1.0.0': 'project',
            }),
          ),
          file('Files/app/broken.deps.json', '{"libraries":'),
        ],
      },
    ),
  ],
});

const FEED: readonly CvrfSpec[] = [
  {
    id: '2025-Jun',
    products: {
      11572: 'Windows Server 2019 (Server Core installation)',
      '11676-11572': 'Microsoft .NET Framework 3.5 AND 4.8 on Windows Server 2019 (Server Core installation)',
      12414: '.NET 8.0 installed on Windows',
      12262: 'PowerShell 7.4',
      12193: 'Microsoft ODBC Driver 17 for SQL Server on Windows',
    },
    vulnerabilities: [
      { id: 'CVE-2025-0001', affected: ['11572'], fixes: [{ kb: '5060001', fixedBuild: '10.0.17763.6000' }] },
      {
        id: 'CVE-2025-0002',
        affected: ['11676-11572'],
        fixes: [{ kb: '5060002', fixedBuild: '4.8.04690.02' }],
      },
      { id: 'CVE-2025-0003', affected: ['12414'], fixes: [{ kb: '5060003', fixedBuild: '8.0.21' }] },
      { id: 'CVE-2025-0004', affected: ['12262'], fixes: [{ fixedBuild: '7.4.11' }] },
      { id: 'CVE-2025-0005', affected: ['12193'], fixes: [{ fixedBuild: '17.10.6.1' }] },
      { id: 'CVE-2025-0006', affected: ['12414'], fixes: [{ fixedBuild: '8.0.20' }] },
    ],
  },
];

const OSV_RECORD = {
  id: 'GHSA-aaaa-bbbb-cccc',
  aliases: ['CVE-2025-0007'],
  summary: 'Vulnerable.Library runs what it reads',
  published: '2025-03-01T00:00:00Z',
  affected: [
    {
      package: { ecosystem: 'NuGet', name: 'vulnerable.library' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '1.0.1' }] }],
    },
  ],
  database_specific: { severity: 'HIGH' },
};

describe('an image with everything', () => {
  let folder = '';
  let target = '';
  let cache = '';
  let osv = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clearstory-e2e-'));
    cache = join(folder, 'cache');
    osv = join(folder, 'osv');
    await writeFeed(join(folder, 'feed'), FEED);
    mkdirSync(join(osv, 'NuGet'), { recursive: true });
    writeFileSync(
      join(osv, 'NuGet', 'all.zip'),
      zipSync({ 'GHSA-aaaa-bbbb-cccc.json': strToU8(JSON.stringify(OSV_RECORD)) }),
    );
    writeFiles(join(folder, 'image'), ociLayout([IMAGE]));
    target = `oci-dir:${join(folder, 'image')}`;
    const { code, stderr } = await clearstory(['update', '-q', '--from', join(folder, 'feed')], cache);
    expect(code, stderr).toBe(0);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const scan = async (): Promise<Report> => {
    const { code, stdout, stderr } = await clearstory(['scan', target, '-q', '-o', 'json'], cache);
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout) as Report;
  };

  test('each kind of content is listed, with the layer that brought it', async () => {
    const { packages, os, dotNetFramework } = await scan();
    const layer = (index: number): string => IMAGE.layers[index]!.digest;
    expect(
      packages.map(({ kind, name, version, introducedIn }) => [kind, name, version, introducedIn]),
    ).toEqual([
      ['os', 'Windows Server 2019 (Server Core)', '10.0.17763.5000', layer(0)],
      ['product', 'Microsoft .NET Framework', '4.8.4644', layer(0)],
      ['product', '.NET Runtime', '8.0.20', layer(1)],
      ['product', 'PowerShell', '7.4.1', layer(1)],
      ['product', 'Microsoft ODBC Driver 17 for SQL Server', '17.10.5.1', layer(1)],
      ['program', 'Tool', '1.0', layer(1)],
      ['component', 'curl', '8.9.1', layer(0)],
      ['library', 'Sound.Library', '2.0.0', layer(2)],
      ['library', 'Vulnerable.Library', '1.0.0', layer(2)],
      ['library', 'Vulnerable.Library', '1.0.0', layer(1)],
    ]);
    expect(dotNetFramework).toMatchObject({ version: '4.8', revision: 4644, revisionFrom: 'package' });
    expect(os?.servicing.updates).toMatchObject([{ kb: 'KB5030000', state: 'installed' }]);
    expect(os?.servicing.features.map(({ identity }) => identity.split('~')[0])).toEqual([
      'OpenSSH-Client-Package',
    ]);
  });

  test('each kind is matched, a damaged file is named, libraries wait for OSV', async () => {
    const { findings, warnings, notices, uncertain } = await scan();
    expect(findings.map(({ id, package: subject, rule }) => [id, subject, rule])).toEqual([
      ['CVE-2025-0001', 'os', 'R3'],
      ['CVE-2025-0002', 'dotnet-framework', 'N2'],
      ['CVE-2025-0003', expect.stringContaining('dotnet:'), 'V1'],
      ['CVE-2025-0004', expect.stringContaining('powershell:'), 'V1'],
      ['CVE-2025-0005', 'program:64:{ODBC}', 'V1'],
    ]);
    expect(warnings).toMatchObject([{ path: 'Files/app/broken.deps.json' }]);
    expect(notices.map(({ code }) => code).sort()).toEqual(['FILES_UNREADABLE', 'LIBRARIES_NOT_MATCHED']);
    expect(uncertain).toBe(true);
  });

  test('once OSV is fetched an application’s library is matched, a runtime’s own is not', async () => {
    const { code, stdout, stderr } = await clearstory(
      ['update', '--osv', osv, '--from', join(folder, 'feed'), '--report'],
      cache,
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('1 entry');
    expect(stdout).toContain('unknown products: 0');
    const { findings, notices } = await scan();
    expect(findings.filter(({ source }) => source === 'OSV')).toMatchObject([
      {
        id: 'CVE-2025-0007',
        package: 'library:pkg:nuget/Vulnerable.Library@1.0.0',
        severity: 'High',
        fixedIn: { version: '1.0.1' },
        links: ['https://osv.dev/vulnerability/GHSA-aaaa-bbbb-cccc'],
      },
    ]);
    expect(notices.map(({ code: notice }) => notice)).toEqual(['FILES_UNREADABLE']);
  });

  test('as tables', async () => {
    const packages = (await clearstory(['scan', target, '-q', '-o', 'packages'], cache)).stdout;
    expect(packages).toMatch(/^product +7\.4\.1 +2 +PowerShell$/m);
    expect(packages).toMatch(/^component +8\.9\.1 +1 +curl \(serviced with Windows Server 2019 .*\)$/m);
    expect(packages).toMatch(/^kb +- +- +KB5030000 \(installed\)$/m);
    const { stdout } = await clearstory(['scan', target, '-q'], cache);
    expect(stdout).toMatch(/^ {2}content +Microsoft \.NET Framework 4\.8\.4644, /m);
    expect(stdout).toContain('\nPowerShell 7.4.1: 1\n');
    expect(stdout).toMatch(/^CVE-2025-0003 +Unknown +- +8\.0\.21 +KB5060003/m);
  });
});
