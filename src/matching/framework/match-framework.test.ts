// What a finding of .NET Framework says; which findings there are, the corpus test tells.
import { describe, expect, test } from 'vitest';
import { buildAdvisories } from '../../../test/builders/advisories.ts';
import type { RemediationSpec } from '../../../test/builders/cvrf.ts';
import {
  buildInventory,
  buildOperatingSystem,
  buildPackage,
  NO_SERVICING,
} from '../../../test/builders/inventory.ts';
import type { Finding } from '../../model/finding.ts';
import type { DotNetFramework, ServicingUpdate } from '../../model/inventory.ts';
import { match } from '../match.ts';

const PRODUCTS = {
  '11676-11572': 'Microsoft .NET Framework 3.5 AND 4.8 on Windows Server 2019 (Server Core installation)',
  '2472-11572': 'Microsoft .NET Framework 3.5 on Windows Server 2019 (Server Core installation)',
};

interface Image {
  readonly framework?: Partial<DotNetFramework>;
  readonly updates?: readonly ServicingUpdate[];
}

function findings(
  fixes: readonly (RemediationSpec & { product?: string })[],
  { framework, updates = [] }: Image = {},
  earlier: readonly RemediationSpec[] = [],
): readonly Finding[] {
  const os = buildOperatingSystem({
    build: 17763,
    revision: 5000,
    servicing: { ...NO_SERVICING, updates },
  });
  const dotNetFramework: DotNetFramework = {
    version: '4.8',
    release: 528049,
    has35: true,
    revision: 4644,
    revisionFrom: 'package',
    ...framework,
  };
  const packages = ['dotnet-framework', 'dotnet-framework-3.5'].map((id) => buildPackage({ id }));
  const inventory = buildInventory({ os, dotNetFramework, packages });
  const affected = [...new Set(fixes.map(({ product = '11676-11572' }) => product))];
  const advisories = buildAdvisories(
    {
      id: '2024-Jan',
      products: PRODUCTS,
      vulnerabilities: [{ id: 'CVE-2024-9999', affected: ['11676-11572'], fixes: [...earlier] }],
    },
    {
      id: '2024-Feb',
      products: PRODUCTS,
      vulnerabilities: [{ id: 'CVE-2024-0001', affected, fixes: fixes.map(({ product: _, ...fix }) => fix) }],
    },
  );
  return match(inventory, advisories).findings.filter(({ id }) => id === 'CVE-2024-0001');
}

const installed = (kb: string, parents: readonly string[] = []): ServicingUpdate => ({
  kb,
  state: 'installed',
  packages: [],
  parents,
});

test('a rollup of the line', () => {
  expect(findings([{ kb: '5034000', fixedBuild: '4.8.04690.02' }])).toMatchObject([
    {
      package: 'dotnet-framework',
      rule: 'N2',
      status: 'affected',
      uncertain: false,
      fixedIn: { version: '4.8.4690', kb: ['KB5034000'] },
    },
  ]);
});

test('a revision of Windows', () => {
  expect(findings([{ kb: '5034000', fixedBuild: '10.0.17763.5329' }])).toMatchObject([
    { rule: 'N3', fixedIn: { version: '10.0.17763.5329' } },
  ]);
  expect(findings([{ kb: '5034000', fixedBuild: '10.0.17763.4999' }])).toEqual([]);
});

test('an update level that is not known is none, and the finding says so', () => {
  const unknown = { framework: { revision: undefined } };
  expect(findings([{ fixedBuild: '4.8.04690.02' }], unknown)).toMatchObject([
    { rule: 'N2', uncertain: true, note: expect.stringContaining('not known') },
  ]);
});

describe('a KB alone', () => {
  const silent = [{ kb: '5034000' }];

  test('is met by itself, or by a part of it', () => {
    expect(findings(silent, { updates: [installed('KB5034000')] })).toEqual([]);
    expect(findings(silent, { updates: [installed('KB5034001', ['KB5034000'])] })).toEqual([]);
    expect(findings(silent, { updates: [{ ...installed('KB5034000'), state: 'superseded' }] })).toHaveLength(
      1,
    );
  });

  test('is uncertain when other months do not decide', () => {
    expect(findings(silent)).toMatchObject([{ rule: 'N4', uncertain: true, fixedIn: { version: null } }]);
    const before = [{ kb: '5033000', fixedBuild: '4.8.04700.01' }];
    expect(findings(silent, {}, before)).toMatchObject([{ rule: 'N4', uncertain: false, note: null }]);
  });
});

test('3.5 on its own has findings of its own', () => {
  expect(findings([{ product: '2472-11572', fixedBuild: '10.0.17763.5329' }])).toMatchObject([
    { package: 'dotnet-framework-3.5', rule: 'N3' },
  ]);
});

test('without any fix', () => {
  const os = buildOperatingSystem({ build: 17763 });
  const dotNetFramework = {
    version: '4.8',
    release: 1,
    has35: false,
    revision: 1,
    revisionFrom: 'files',
  } as const;
  const packages = [buildPackage({ id: 'dotnet-framework' })];
  const advisories = buildAdvisories({
    id: '2024-Jan',
    products: PRODUCTS,
    vulnerabilities: [{ id: 'CVE-2024-0001', affected: ['11676-11572'] }],
  });
  const found = match(buildInventory({ os, dotNetFramework, packages }), advisories).findings;
  expect(found).toMatchObject([{ status: 'no-fix', rule: 'R8' }]);
});
