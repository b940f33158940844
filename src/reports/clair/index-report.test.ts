// Index reports of images and of failures, valid by both schemas.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clairFaults } from '../../../test/builders/clair-schema.ts';
import { generatedInventory } from '../../../test/builders/generated-inventory.ts';
import { buildInventory, buildOperatingSystem, buildPackage } from '../../../test/builders/inventory.ts';
import { quayFaults } from '../../../test/builders/quay-schema.ts';
import type { Inventory } from '../../model/inventory.ts';
import { renderIndexReport } from './index-report.ts';
import { indexedImage } from './indexed-image.ts';

const LAYERS = ['a', 'b', 'c'].map((digit) => `sha256:${digit.repeat(64)}` as const);
const MANIFEST = {
  digest: `sha256:${'0'.repeat(64)}`,
  state: 'IndexFinished',
  err: '',
  layers: LAYERS,
} as const;

function reportOf(inventory: Inventory) {
  const { plain, plainBytes } = renderIndexReport(MANIFEST, indexedImage(inventory, LAYERS));
  const body = Buffer.concat(plain);
  expect(body.length).toBe(plainBytes);
  const report = JSON.parse(body.toString());
  expect(quayFaults('IndexReport', report)).toEqual([]);
  expect(clairFaults('index_report', report)).toEqual([]);
  return report;
}

test('of any image: valid, and every package is somewhere, in a layer of the manifest', () => {
  fc.assert(
    fc.property(generatedInventory(), (inventory) => {
      const { packages, environments, distributions } = reportOf(inventory);
      expect(Object.keys(environments)).toEqual(Object.keys(packages));
      for (const places of Object.values(environments) as Record<string, string>[][]) {
        expect(places.length).toBeGreaterThan(0);
        for (const { introduced_in, distribution_id } of places) {
          expect(LAYERS).toContain(introduced_in);
          expect(distribution_id === '' || (distribution_id as string) in distributions).toBe(true);
        }
      }
    }),
  );
});

test('Windows Server 2022, whole', () => {
  const os = buildOperatingSystem({
    revision: 2113,
    introducedIn: LAYERS[1],
    evidence: [
      { kind: 'registry', layer: LAYERS[1]!, path: 'Hives/SOFTWARE_Delta', value: 'UBR', data: '2113' },
    ],
  });
  const cpe = 'cpe:2.3:o:microsoft:windows_server_2022:10.0.20348.2113:*:*:*:*:*:x64:*';
  expect(reportOf(buildInventory({ os }))).toEqual({
    manifest_hash: MANIFEST.digest,
    packages: {
      os: {
        id: 'os',
        name: 'Windows Server 2022 (Server Core)',
        version: '10.0.20348.2113',
        normalized_version: 'windows:0.10.0.20348.2113.0.0.0.0.0',
        arch: 'amd64',
        cpe,
      },
    },
    distributions: {
      windows: {
        id: 'windows',
        did: 'windows',
        name: 'Windows Server 2022',
        version: '10.0.20348.2113',
        version_code_name: 'ltsc2022',
        version_id: '10.0.20348',
        arch: 'amd64',
        cpe,
        pretty_name: 'Windows Server 2022 (OS Build 20348.2113)',
      },
    },
    repository: {},
    environments: {
      os: [
        {
          package_db: 'windows:Hives/SOFTWARE_Delta',
          introduced_in: LAYERS[1],
          distribution_id: 'windows',
          repository_ids: [],
        },
      ],
    },
    state: 'IndexFinished',
    success: true,
    err: '',
  });
});

test.each([
  ['Windows Server 2016', 'ltsc2016', 'windows_server_2016'],
  ['Windows Server, version 20H2', '20h2', 'windows_server_20h2'],
  ['Windows Server, version 23H2', '23h2', 'windows_server_2022_23h2'],
  ['Windows, build 99999', '', 'windows'],
])('%s', (name, codeName, product) => {
  const os = buildOperatingSystem({ name, architecture: undefined, revision: 1 });
  const { distributions } = reportOf(buildInventory({ os }));
  expect(distributions.windows).toMatchObject({
    version_code_name: codeName,
    arch: '',
    cpe: `cpe:2.3:o:microsoft:${product}:10.0.20348.1:*:*:*:*:*:*:*`,
  });
});

test('what is listed: no updates, nothing that another package services, but parts of Windows with advisories', () => {
  const dependency = { ecosystem: 'nuget', name: 'Own', version: '1.0' } as const;
  const evidence = ['Files/app/a.deps.json', 'Files/app/b.deps.json'].map(
    (path, index) => ({ kind: 'file', layer: LAYERS[index]!, path, data: 'Own 1.0' }) as const,
  );
  const packages = [
    buildPackage({ id: '1', name: 'Update', kind: 'update' }),
    buildPackage({ id: '2', name: 'curl', kind: 'component', ownedBy: 'os' }),
    buildPackage({
      id: '3',
      name: 'Serviced',
      kind: 'library',
      ownedBy: 'os',
      match: { by: 'library', dependency },
    }),
    buildPackage({ id: '4', name: 'Own', kind: 'library', match: { by: 'library', dependency }, evidence }),
    buildPackage({ id: '5', name: 'Runtime of PowerShell', ownedBy: 'powershell' }),
    buildPackage({ id: '6', name: 'Program', kind: 'program', version: '' }),
    buildPackage({
      id: 'component:ie',
      name: 'Internet Explorer 11',
      version: '11.0.1.2',
      kind: 'component',
      ownedBy: 'os',
      match: { by: 'windows-component', component: 'Internet Explorer 11' },
    }),
  ];
  const report = reportOf(buildInventory({ os: buildOperatingSystem({ revision: 1 }), packages }));
  const listed = Object.values(report.packages) as Record<string, string>[];
  expect(listed.map(({ name, version }) => `${name} ${version}`)).toEqual([
    'Windows Server 2022 (Server Core) 10.0.20348.1',
    'Own 1.0',
    'Program ',
    'Internet Explorer 11 10.0.20348.1',
  ]);
  expect(report.environments[listed[1]!.id!]).toMatchObject([
    { package_db: 'nuget:Files/app/a.deps.json', introduced_in: LAYERS[0] },
    { package_db: 'nuget:Files/app/b.deps.json', introduced_in: LAYERS[1] },
  ]);
});

test('versions that a CPE name cannot hold are left out of it', () => {
  const match = { by: 'product', family: 'dotnet', line: '8.0' } as const;
  const report = reportOf(buildInventory({ packages: [buildPackage({ version: '8.0:*"', match })] }));
  expect(Object.values(report.packages)).toMatchObject([
    { version: '8.0:*"', cpe: expect.stringMatching(/^cpe:2\.3:a:microsoft:\.net:\*:/) },
  ]);
});

test('a failure, and an image without anything', () => {
  const failed = { ...MANIFEST, state: 'IndexError', err: 'layer 2 cannot be read' } as const;
  const report = JSON.parse(Buffer.concat(renderIndexReport(failed, undefined).plain).toString());
  expect(quayFaults('IndexReport', report)).toEqual([]);
  expect(report).toMatchObject({
    success: false,
    state: 'IndexError',
    err: 'layer 2 cannot be read',
    packages: {},
  });
  expect(reportOf(buildInventory())).toMatchObject({ success: true, packages: {}, distributions: {} });
});
