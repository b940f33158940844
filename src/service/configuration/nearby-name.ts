// Finds what was probably meant by a name that is not known.

/** Two slips of the keyboard in a word; more, and the suggestion would be a guess. */
const MAX_DISTANCE = 2;

/** The known name that is most like `name`, if one is like it at all. */
export function nearbyName(name: string, known: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  const close = known
    .map((each) => ({ each, distance: distance(wanted, each) }))
    // Of a word of three letters two wrong ones leave nothing.
    .filter((candidate) => candidate.distance <= Math.min(MAX_DISTANCE, Math.ceil(wanted.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return close[0]?.each ?? known.find((each) => squeezed(each) === squeezed(wanted));
}

/** Words written apart, together or with hyphens are the same. */
function squeezed(name: string): string {
  return name.replace(/[-_.\s]/g, '');
}

/** Letters to add, drop or change to get from one to the other (Levenshtein). */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = above[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(change, above[column]! + 1, current[column - 1]! + 1));
    }
    above = current;
  }
  return above[b.length]!;
}
