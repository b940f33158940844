// What the other months say of an entry that names no fixing version: updates are cumulative.

/** A fix that some entry names. */
export interface MonthlyFix<T> {
  /** Index of the document, ascending by month. */
  readonly document: number;
  readonly fix: T;
}

export interface MonthBounds<T> {
  /** Smallest fix of the entry's month or a later one: whoever has it has this month's fixes too. */
  readonly fixedFrom: T | undefined;
  /** Largest fix of the entry's month or an earlier one: whoever is below it lacks this month's fixes. */
  readonly stillBroken: T | undefined;
}

/** Where the two contradict each other, because old documents are revised, only `fixedFrom` is given. */
export function boundsOfMonth<T>(
  fixes: readonly MonthlyFix<T>[],
  document: number,
  compare: (a: T, b: T) => number,
): MonthBounds<T> {
  const ordered = (wanted: (fix: MonthlyFix<T>) => boolean): T[] =>
    fixes
      .filter(wanted)
      .map(({ fix }) => fix)
      .sort(compare);
  const fixedFrom = ordered((fix) => fix.document >= document)[0];
  const stillBroken = ordered((fix) => fix.document <= document).at(-1);
  const contradict =
    fixedFrom !== undefined && stillBroken !== undefined && compare(stillBroken, fixedFrom) > 0;
  return { fixedFrom, stillBroken: contradict ? undefined : stillBroken };
}
