// Short names for the JSON schemas that come again and again.
import type { JsonObject } from './document.ts';

export const text: JsonObject = { type: 'string' };

export function reference(name: string): JsonObject {
  return { $ref: `#/components/schemas/${name}` };
}

export function arrayOf(items: JsonObject): JsonObject {
  return { type: 'array', items };
}

/** An object whose keys are ids. */
export function mapOf(additionalProperties: JsonObject): JsonObject {
  return { type: 'object', additionalProperties };
}

/** An object of which every key is there but those of `optional`. */
export function object(required: JsonObject, optional: JsonObject = {}): JsonObject {
  return { type: 'object', required: Object.keys(required), properties: { ...required, ...optional } };
}
