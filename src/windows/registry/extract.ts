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
 * @throws HiveError when a part that interests is damaged.
 */
export function extractKeys(hive: Hive, name: HiveName, interests: readonly RegistryInterest[]): RegistryKey {
  const plan = new Plan();
  for (const interest of interests) if (interest.hive === name) plan.add(interest);
  return extractKey(hive.root, plan, true) ?? { name: hive.root.name };
}

/** Everything in a hive; for tools and tests, real hives hold hundreds of thousands of keys. */
export function extractAll(hive: Hive): RegistryKey {
  const plan = new Plan();
  plan.take(undefined, Number.POSITIVE_INFINITY);
  return extractKey(hive.root, plan, true) ?? { name: hive.root.name };
}

/** What to do at one key: which values to keep, and which children to visit. */
class Plan {
  readonly #children = new Map<string, Plan>();
  #any: Plan | undefined;
  #depth = -1;
  #values: ReadonlySet<string> | undefined;

  add(interest: RegistryInterest): void {
    let plan: Plan = this;
    for (const name of interest.path.split('\\')) plan = plan.#descend(name);
    plan.take(interest.values, interest.depth);
  }

  /** Keeps the values of the key, and of `depth` levels of subkeys. */
  take(values: readonly string[] | undefined, depth: number): void {
    this.#depth = depth;
    this.#values = values && new Set(values.map(foldName));
  }

  keepsValue(name: string): boolean {
    return this.#depth >= 0 && (this.#values === undefined || this.#values.has(foldName(name)));
  }

  get keepsValues(): boolean {
    return this.#depth >= 0;
  }

  /** The plan for a child; `undefined` when nothing below it interests. */
  childPlan(name: string): Plan | undefined {
    const named = this.#children.get(foldName(name)) ?? this.#any;
    if (named || this.#depth <= 0) return named;
    const inherited = new Plan();
    inherited.#depth = this.#depth - 1;
    inherited.#values = this.#values;
    return inherited;
  }

  /** Children known by name, when those are the only ones that interest. */
  get onlyNames(): readonly string[] | undefined {
    return this.#depth > 0 || this.#any ? undefined : [...this.#children.keys()];
  }

  #descend(name: string): Plan {
    if (name === '*') {
      this.#any ??= new Plan();
      return this.#any;
    }
    const known = this.#children.get(foldName(name)) ?? new Plan();
    this.#children.set(foldName(name), known);
    return known;
  }
}

/** `undefined` for a key that says nothing: kept neither for its content nor for its effect on lower layers. */
function extractKey(key: HiveKey, plan: Plan, isRoot = false): RegistryKey | undefined {
  const semantics = isRoot ? 'merge' : key.semantics;
  const values = plan.keepsValues
    ? key.values().flatMap((value) => (plan.keepsValue(value.name) ? extractValue(value) : []))
    : [];
  const keys: RegistryKey[] = [];
  for (const child of childrenOf(key, plan)) {
    const childPlan = plan.childPlan(child.name);
    const extracted = childPlan && extractKey(child, childPlan);
    if (extracted) keys.push(extracted);
  }
  if (semantics === 'merge' && values.length === 0 && keys.length === 0 && !plan.keepsValues)
    return undefined;
  return {
    name: key.name,
    ...(semantics === 'merge' ? {} : { semantics }),
    ...(values.length > 0 ? { values } : {}),
    ...(keys.length > 0 ? { keys } : {}),
  };
}

function childrenOf(key: HiveKey, plan: Plan): Iterable<HiveKey> {
  return plan.onlyNames?.flatMap((name) => key.subkey(name) ?? []) ?? key.subkeys();
}

function extractValue(value: HiveValue): RegistryValue {
  const { name, type, tombstone } = value;
  return tombstone ? { name, type, tombstone } : { name, type, data: decodeValue(value) };
}
