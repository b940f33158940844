// The order of NuGet versions: https://learn.microsoft.com/nuget/concepts/package-versioning

/** Up to four numbers, a prerelease, and build metadata that does not count. */
const VERSION = /^v?(\d+(?:\.\d+){0,3})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

/** Negative when `a` is the lower one; `undefined` when one is no NuGet version. */
export function compareNuGet(a: string, b: string): number | undefined {
  const left = VERSION.exec(a.trim());
  const right = VERSION.exec(b.trim());
  if (!left || !right) return undefined;
  const order = compareLists(numbers(left[1]!), numbers(right[1]!));
  if (order !== 0) return order;
  const [before, after] = [left[2], right[2]];
  // A prerelease comes before its release.
  if (before === undefined || after === undefined)
    return Number(after !== undefined) - Number(before !== undefined);
  return comparePrereleases(before.toLowerCase().split('.'), after.toLowerCase().split('.'));
}

function numbers(text: string): number[] {
  const parts = text.split('.').map(Number);
  return [...parts, ...Array.from({ length: 4 - parts.length }, () => 0)];
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((part, at) => part !== b[at]);
  return index < 0 ? 0 : a[index]! - b[index]!;
}

/** Numbers before words, numbers by size, words by letter; the shorter list first. */
function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const [left, right] = [a[index]!, b[index]!];
    if (left === right) continue;
    const [leftIsNumber, rightIsNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
    if (leftIsNumber && rightIsNumber) {
      if (Number(left) !== Number(right)) return Number(left) - Number(right);
      continue;
    }
    if (leftIsNumber !== rightIsNumber) return leftIsNumber ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return a.length - b.length;
}
