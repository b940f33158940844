// Servicing lines of SQL Server: security fixes come twice, for those who take cumulative updates and those who do not.

/**
 * Per major version the first build of each line, ascending; `GDR` takes security fixes only. Builds of the lines
 * lie apart by design: https://learn.microsoft.com/troubleshoot/sql/releases/download-and-install-latest-updates
 */
const LINES: Readonly<Record<number, readonly (readonly [from: number, line: string])[]>> = {
  13: [
    [0, '2016 GDR'],
    [2149, '2016 CU'],
    [4001, '2016 SP1 GDR'],
    [4411, '2016 SP1 CU'],
    [5026, '2016 SP2 GDR'],
    [5149, '2016 SP2 CU'],
    [6300, '2016 SP3 GDR'],
    [7000, '2016 SP3 Azure Connect'],
  ],
  14: lines('2017', 3000),
  15: lines('2019', 4000),
  16: lines('2022', 4000),
  17: lines('2025', 4000),
};

/** `2022 CU` of `16.0.4155.4`; `undefined` for a version this table does not know. */
export function sqlServerLine(version: string): string | undefined {
  const [major, , build] = version.split('.').map(Number);
  return LINES[major ?? 0]?.findLast(([from]) => from <= (build ?? 0))?.[1];
}

function lines(year: string, firstCumulative: number): readonly (readonly [number, string])[] {
  return [
    [0, `${year} GDR`],
    [firstCumulative, `${year} CU`],
  ];
}
