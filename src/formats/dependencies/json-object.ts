// JSON files of package managers: parsed, and looked into without trust.
import { DependencyFileError } from './dependency-file-error.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws DependencyFileError MALFORMED for what is not JSON or no object. */
export function parseJsonObject(bytes: Uint8Array): JsonObject {
  let value: unknown;
  try {
    // The decoder takes the byte order mark away that some .NET tools write.
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new DependencyFileError('MALFORMED', `not JSON or cut off: ${(error as Error).message}`);
  }
  if (!isObject(value)) throw new DependencyFileError('MALFORMED', 'its JSON is no object');
  return value;
}

/** The member as an object; empty when it is missing or something else. */
export function objectAt(object: JsonObject, name: string): JsonObject {
  const value = object[name];
  return isObject(value) ? value : {};
}

export function textAt(object: JsonObject, name: string): string | undefined {
  const value = object[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Members that are objects themselves. */
export function objectsIn(object: JsonObject): [name: string, value: JsonObject][] {
  return Object.entries(object).flatMap(([name, value]) => (isObject(value) ? [[name, value]] : []));
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
