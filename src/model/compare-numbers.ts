// The order of dotted numbers.

/** Negative when `a` is the lower one. Part by part, missing parts are 0, what is no number counts as 0. */
export function compareNumbers(a: string, b: string): number {
  const left = a.split('.');
  const right = b.split('.');
  for (let part = 0; part < Math.max(left.length, right.length); part++) {
    const difference = toNumber(left[part]) - toNumber(right[part]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function toNumber(part: string | undefined): number {
  const number = Number.parseInt(part ?? '0', 10);
  return Number.isNaN(number) ? 0 : number;
}
