// Programs that advisories name, Visual C++, Edge, Windows Installer, and what Windows itself brings.
import { describe, expect, test } from 'vitest';
import { dword, sz } from '../../test/builders/hive.ts';
import { buildImageContent } from '../../test/builders/image-content.ts';
import { UNINSTALL } from '../../test/builders/windows-image.ts';
import { readComponents } from './components.ts';
import { readEdge } from './edge.ts';
import { readInstaller } from './installer.ts';
import { readPrograms } from './programs.ts';
import { recognise } from './recognised-programs.ts';
import { readVisualCpp } from './visual-cpp.ts';
import { readWindowsComponents } from './windows-components.ts';

const PRODUCT_CODE = '{90160000-008C-0000-1000-0000000FF1CE}';
/** The digits of each of the first three parts, then of each byte, from right to left. */
const PACKED = '00006109C80000000100000000F01FEC';

test.each([
  ['Microsoft ODBC Driver 17 for SQL Server', '17.10.6.1', 'odbc-driver', '17'],
  ['Microsoft OLE DB Driver for SQL Server', '18.7.4.0', 'ole-db-driver', '18'],
  ['Microsoft OLE DB Driver 19 for SQL Server', '19.3.5.0', 'ole-db-driver', '19'],
  ['Microsoft Visual C++ 2015-2022 Redistributable (x64) - 14.38.33130', '14.38.33130.0', 'visual-cpp', '14'],
  ['Microsoft Web Deploy 4.0', '10.0.2001', 'web-deploy', '10'],
  ['Microsoft Edge WebView2 Runtime', '136.0.3240.50', 'edge', 'current'],
])('%s %s is of %s, line %s', (name, version, family, line) => {
  expect(recognise(name, version)).toEqual({ by: 'product', family, line });
});

test.each([
  ['Microsoft Visual C++ 2013 Redistributable (x64)', '12.0.40664.0'],
  ['Microsoft Visual C++ 2022 X64 Minimum Runtime - 14.38.33130', '14.38.33130'],
  ['Contoso ODBC Driver 17 for SQL Server', '17.0'],
  ['Microsoft ODBC Driver 17 for SQL Server', ''],
])('%s %s is a program like others', (name, version) => {
  expect(recognise(name, version)).toBeUndefined();
});

test('programs of users are listed beside those of the machine', () => {
  const content = buildImageContent({ software: { [`${UNINSTALL}\\A`]: [sz('DisplayName', 'A')] } });
  const user = buildImageContent({ software: { [`${UNINSTALL}\\B`]: [sz('DisplayName', 'B')] } });
  // A hive of a user has one key more above the same paths.
  const root = { name: '', layer: 0, values: new Map(), keys: new Map([['SOFTWARE', user.software!]]) };
  const users = [{ user: 'ContainerAdministrator', hive: 'USER' as const, root, layers: content.layers }];
  expect(readPrograms({ ...content, users }).map(({ id }) => id)).toEqual([
    'program:64:A',
    'program:user-containeradministrator:B',
  ]);
});

describe('Windows Installer', () => {
  const key = `Microsoft\\Windows\\CurrentVersion\\Installer\\UserData\\S-1-5-18\\Products\\${PACKED}`;
  const software = {
    [`${key}\\InstallProperties`]: [sz('DisplayName', 'Tool'), sz('DisplayVersion', '16.0')],
    [`${key}\\Patches\\00000000000000000000000000000001`]: [sz('DisplayName', 'Hotfix 1'), dword('State', 1)],
    [`${key}\\Patches\\00000000000000000000000000000002`]: [sz('DisplayName', 'Old'), dword('State', 2)],
  };

  test('a product that no list of programs has, and its patches in force', () => {
    expect(
      readInstaller(buildImageContent({ software }), []).map(({ id, name, kind }) => [id, name, kind]),
    ).toEqual([
      [`installer:${PRODUCT_CODE}`, 'Tool', 'program'],
      [`patch:${PRODUCT_CODE}:{00000000-0000-0000-0000-000000000010}`, 'Hotfix 1', 'update'],
    ]);
  });

  test('a product that is listed already comes once', () => {
    const content = buildImageContent({
      software: { ...software, [`${UNINSTALL}\\${PRODUCT_CODE}`]: [sz('DisplayName', 'Tool')] },
    });
    expect(readInstaller(content, readPrograms(content)).map(({ name }) => name)).toEqual(['Hotfix 1']);
  });
});

describe('Visual C++', () => {
  const runtime = {
    'Microsoft\\VisualStudio\\14.0\\VC\\Runtimes\\X64': [
      dword('Installed', 1),
      sz('Version', 'v14.38.33130.00'),
    ],
    'Microsoft\\VisualStudio\\14.0\\VC\\Runtimes\\X86': [
      dword('Installed', 0),
      sz('Version', 'v14.38.33130.00'),
    ],
  };

  test('runtimes that are installed', () => {
    expect(readVisualCpp(buildImageContent({ software: runtime }), [])).toMatchObject([
      { id: 'visual-cpp:x64', version: '14.38.33130.0', match: { family: 'visual-cpp', line: '14' } },
    ]);
  });

  test('come once beside the package that brought them', () => {
    const name = 'Microsoft Visual C++ 2015-2022 Redistributable (x64) - 14.38.33130';
    const listed = [sz('DisplayName', name), sz('DisplayVersion', '14.38.33130.0')];
    const content = buildImageContent({ software: { ...runtime, [`${UNINSTALL}\\V`]: listed } });
    expect(readVisualCpp(content, readPrograms(content))).toEqual([]);
  });
});

test('WebView2 by its update client, unless it is listed', () => {
  const software = {
    'WOW6432Node\\Microsoft\\EdgeUpdate\\Clients\\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}': [
      sz('pv', '136.0.3240.50'),
    ],
    'WOW6432Node\\Microsoft\\EdgeUpdate\\Clients\\{00000000-0000-0000-0000-000000000000}': [sz('pv', '1.0')],
  };
  const content = buildImageContent({ software });
  const [found, ...others] = readEdge(content, []);
  expect(found).toMatchObject({
    name: 'Microsoft Edge WebView2 Runtime',
    version: '136.0.3240.50',
    match: { family: 'edge', line: 'current' },
  });
  expect(others).toEqual([]);
  expect(readEdge(content, [found!])).toEqual([]);
});

describe('what Windows brings', () => {
  test('is a component that Windows services, never matched by its maker’s version', () => {
    const content = buildImageContent({
      software: { 'Microsoft\\InetStp': [sz('VersionString', 'Version 10.0')] },
      files: {
        'Files/Windows/System32/curl.exe': { productVersion: '8.9.1', fileVersion: '8.9.1.0' },
        'Files/Windows/System32/winsqlite3.dll': { fileVersion: '10.0.20348.1' },
        'Files/Windows/System32/OpenSSH/ssh.exe': {
          productVersion: 'OpenSSH_8.6p1 for Windows',
          fileVersion: '8.6.0.1',
        },
        'Files/app/curl.exe': { productVersion: '7.0.0' },
      },
    });
    const components = readComponents(content);
    expect(components.map(({ name, version }) => [name, version])).toEqual([
      ['curl', '8.9.1'],
      ['SQLite', '10.0.20348.1'],
      ['OpenSSH client', '8.6.0.1'],
      ['Internet Information Services', '10.0'],
    ]);
    expect(components.every(({ ownedBy, match, purl }) => ownedBy === 'os' && !match && !purl)).toBe(true);
  });

  test('and advisories list as a product is matched as that', () => {
    const files = { 'Files/Windows/System32/mshtml.dll': { fileVersion: '11.0.20348.1' } };
    expect(readWindowsComponents(buildImageContent({ files }))).toMatchObject([
      {
        id: 'component:internet-explorer-11',
        version: '11.0.20348.1',
        ownedBy: 'os',
        match: { by: 'windows-component', component: 'Internet Explorer 11' },
      },
    ]);
  });
});
