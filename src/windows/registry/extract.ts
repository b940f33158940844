// Takes from a hive the keys of interest, with the layer semantics of every key on the way to them.
import type { Hive } from '../../formats/regf/hive.ts';
import type { HiveKey } from '../../formats/regf/hive-key.ts';
import type { HiveValue } from '../../formats/regf/hive-value.ts';
import { foldName } from '../../formats/regf/registry-name.ts';
import { decodeValue } from '../../formats/regf/value-data.ts';
import type { HiveName } from '../../model/layer-facts.ts';
import type { RegistryKey, RegistryValue } from '../../model/registry.ts';
import type { RegistryInterest } from './interests.ts';

/**
 * A tombstone or a superseding key above an interesting one changes it too, so every ancestor is looked at.
 * Where interests overlap, what any of them keeps is kept.
 * @throws HiveError when a part that interests is damaged.
 */
export function extractKeys(hive: Hive, name: HiveName, interests: readonly RegistryInterest[]): RegistryKey {
  return extractRoot(hive, interests.filter((interest) => interest.hive === name).map(ruleOf));
}

/** Everything in a hive; for tools and tests, real hives hold hundreds of thousands of keys. */
export function extractAll(hive: Hive): RegistryKey {
  return extractRoot(hive, [{ names: [], depth: Number.POSITIVE_INFINITY }]);
}

/** An interest as it looks from one key. */
interface Rule {
  /** Folded names still to go; when there are none, the key is one of interest. */
  readonly names: readonly string[];
  readonly depth: number;
  /** Folded names of the values to keep; left out: all. */
  readonly values?: ReadonlySet<string>;
}

function ruleOf({ path, depth, values }: RegistryInterest): Rule {
  const names = path.split('\\').map(foldName);
  return values ? { names, depth, values: new Set(values.map(foldName)) } : { names, depth };
}

function isReached(rule: Rule): boolean {
  return rule.names.length === 0;
}

/** The rule one level down; nothing when it does not lead through the child of this folded name. */
function descend(rule: Rule, child: string): Rule | [] {
  const [next, ...names] = rule.names;
  if (next === undefined) return rule.depth > 0 ? { ...rule, depth: rule.depth - 1 } : [];
  return leadsTo(next, child) ? { ...rule, names } : [];
}

function leadsTo(pattern: string, child: string): boolean {
  return isWildcard(pattern) ? child.startsWith(pattern.slice(0, -1)) : child === pattern;
}

function isWildcard(name: string): boolean {
  return name.endsWith('*');
}

function extractRoot(hive: Hive, rules: readonly Rule[]): RegistryKey {
  const { semantics: _, ...root } = extractKey(hive.root, rules) ?? { name: hive.root.name };
  return root;
}

/** `undefined` for a key that says nothing: kept neither for its content nor for its effect on lower layers. */
function extractKey(key: HiveKey, rules: readonly Rule[]): RegistryKey | undefined {
  const reached = rules.filter(isReached);
  const values = reached.length > 0 ? extractValues(key, reached) : [];
  const keys: RegistryKey[] = [];
  for (const child of childrenOf(key, rules)) {
    const folded = foldName(child.name);
    const childRules = rules.flatMap((rule) => descend(rule, folded));
    const extracted = childRules.length > 0 ? extractKey(child, childRules) : undefined;
    if (extracted) keys.push(extracted);
  }
  if (key.semantics === 'merge' && keys.length === 0 && reached.length === 0) return undefined;
  return {
    name: key.name,
    ...(key.semantics === 'merge' ? {} : { semantics: key.semantics }),
    ...(values.length > 0 ? { values } : {}),
    ...(keys.length > 0 ? { keys } : {}),
  };
}

/** Only those that the rules name, where they name them all. */
function childrenOf(key: HiveKey, rules: readonly Rule[]): Iterable<HiveKey> {
  const names = new Set<string>();
  for (const {
    names: [next],
    depth,
  } of rules) {
    if (next === undefined ? depth > 0 : isWildcard(next)) return key.subkeys();
    if (next !== undefined) names.add(next);
  }
  return [...names].flatMap((name) => key.subkey(name) ?? []);
}

function extractValues(key: HiveKey, reached: readonly Rule[]): RegistryValue[] {
  return key.values().flatMap((value) => {
    const isKept = reached.some(({ values }) => !values || values.has(foldName(value.name)));
    return isKept ? extractValue(value) : [];
  });
}

function extractValue(value: HiveValue): RegistryValue {
  const { name, type, tombstone } = value;
  return tombstone ? { name, type, tombstone } : { name, type, data: decodeValue(value) };
}
