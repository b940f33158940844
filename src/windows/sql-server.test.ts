// SQL Server instances and the servicing line of every kind of build.
import { describe, expect, test } from 'vitest';
import { sz } from '../../test/builders/hive.ts';
import { buildImageContent } from '../../test/builders/image-content.ts';
import { readSqlServer } from './sql-server.ts';
import { sqlServerLine } from './sql-server-lines.ts';

const KEY = 'Microsoft\\Microsoft SQL Server';

/** Builds of Microsoft's own lists of releases: releases, security updates of both lines, service packs. */
test.each([
  ['13.0.1601.5', '2016 GDR'],
  ['13.0.1745.2', '2016 GDR'],
  ['13.0.2149.0', '2016 CU'],
  ['13.0.4001.0', '2016 SP1 GDR'],
  ['13.0.4259.0', '2016 SP1 GDR'],
  ['13.0.4604.0', '2016 SP1 CU'],
  ['13.0.5026.0', '2016 SP2 GDR'],
  ['13.0.5108.50', '2016 SP2 GDR'],
  ['13.0.5893.48', '2016 SP2 CU'],
  ['13.0.6300.2', '2016 SP3 GDR'],
  ['13.0.6490.1', '2016 SP3 GDR'],
  ['13.0.7085.1', '2016 SP3 Azure Connect'],
  ['14.0.1000.169', '2017 GDR'],
  ['14.0.2110.2', '2017 GDR'],
  ['14.0.3006.16', '2017 CU'],
  ['15.0.2000.5', '2019 GDR'],
  ['15.0.4003.23', '2019 CU'],
  ['16.0.1180.1', '2022 GDR'],
  ['16.0.4252.3', '2022 CU'],
  ['17.0.1115.1', '2025 GDR'],
  ['17.0.4040.1', '2025 CU'],
  ['12.0.6024.0', undefined],
  ['', undefined],
])('%s is on the line %s', (version, line) => {
  expect(sqlServerLine(version)).toBe(line);
});

describe('an instance', () => {
  const software = (patchLevel?: string) => ({
    [`${KEY}\\Instance Names\\SQL`]: [sz('MSSQLSERVER', 'MSSQL15.MSSQLSERVER')],
    [`${KEY}\\MSSQL15.MSSQLSERVER\\Setup`]: [
      sz('Version', '15.0.2000.5'),
      ...(patchLevel === undefined ? [] : [sz('PatchLevel', patchLevel)]),
    ],
  });
  const binary = 'Files/Program Files/Microsoft SQL Server/MSSQL15.MSSQLSERVER/MSSQL/Binn/sqlservr.exe';

  test('has its patch level as version, and the line of that', () => {
    const packages = readSqlServer(buildImageContent({ software: software('15.0.4430.1') }));
    expect(packages).toMatchObject([
      {
        name: 'Microsoft SQL Server 2019 (MSSQLSERVER)',
        version: '15.0.4430.1',
        match: { by: 'product', family: 'sql-server', line: '2019 CU' },
      },
    ]);
  });

  test('without a patch level has the version it was installed with', () => {
    const [found] = readSqlServer(buildImageContent({ software: software() }));
    expect(found).toMatchObject({ version: '15.0.2000.5', match: { line: '2019 GDR' } });
  });

  test('is no newer than its program', () => {
    const files = { [binary]: { productVersion: '15.0.4420.2' } };
    const [found] = readSqlServer(buildImageContent({ software: software('15.0.4430.1'), files }));
    expect(found?.version).toBe('15.0.4420.2');
    expect(found?.evidence.map(({ data }) => data)).toEqual(['15.0.4430.1', '15.0.2000.5', '15.0.4420.2']);
  });
});
