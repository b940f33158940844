// JSON merge patch (RFC 7386): what drop-in files of the configuration are.
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';

/** `patch` over `target`: objects are merged, null removes, everything else replaces. */
export function mergePatch(target: JsonValue | undefined, patch: JsonObject): JsonObject;
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue;
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch;
  // A map, since a key `__proto__` set by assignment would be no key.
  const merged = new Map(isJsonObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}
