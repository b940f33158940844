// The three lines in which .NET Framework counts its updates; numbers of different lines say nothing of each other.

/** `4.7.2` stands for it and everything before: they are one product with one rollup. */
export type FrameworkLine = '4.7.2' | '4.8' | '4.8.1';

/** Of the rollup revisions in the MSRC documents; file versions of the product count the same. */
const RANGES: Readonly<Record<FrameworkLine, readonly [from: number, to: number]>> = {
  '4.7.2': [1000, 4599],
  '4.8': [3000, 8999],
  '4.8.1': [9000, 9999],
};

/** By installed version, never by the number: 4100 is one of 4.7.2 and of 4.8. */
export function frameworkLine(version: string | undefined): FrameworkLine {
  return version === '4.8.1' || version === '4.8' ? version : '4.7.2';
}

export function isOnLine(line: FrameworkLine, revision: number): boolean {
  const [from, to] = RANGES[line];
  return Number.isInteger(revision) && revision >= from && revision <= to;
}
