// Names of keys and values compare without regard to case, one UTF-16 unit at a time.

const ASCII = /^[\x20-\x7e]*$/;

/**
 * Upper case as the registry has it. A unit whose upper case is another number of units stays as it is:
 * `ß` is not `SS`. Surrogates stay as well.
 */
export function foldName(name: string): string {
  if (ASCII.test(name)) return name.toUpperCase();
  let folded = '';
  for (let index = 0; index < name.length; index++) {
    const unit = name.charAt(index);
    const upper = unit.toUpperCase();
    folded += upper.length === 1 ? upper : unit;
  }
  return folded;
}
