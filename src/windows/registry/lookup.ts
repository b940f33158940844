// Finds keys and values in a merged registry by path.
import { foldName } from '../../formats/regf/registry-name.ts';
import type { MergedKey, MergedValue } from './merge.ts';

/** `path` is separated by backslashes; names compare as Windows compares them. */
export function findKey(root: MergedKey | undefined, path: string): MergedKey | undefined {
  let key = root;
  for (const name of path.split('\\')) key = key?.keys.get(foldName(name));
  return key;
}

export function findValue(key: MergedKey | undefined, name: string): MergedValue | undefined {
  return key?.values.get(foldName(name));
}

/** The value's text; `undefined` when it is missing, not a text, or empty. */
export function textOf(key: MergedKey | undefined, name: string): string | undefined {
  const data = findValue(key, name)?.data;
  return typeof data === 'string' && data !== '' ? data : undefined;
}

export function numberOf(key: MergedKey | undefined, name: string): number | undefined {
  const data = findValue(key, name)?.data;
  return typeof data === 'number' ? data : undefined;
}
