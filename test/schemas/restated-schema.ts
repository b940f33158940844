// Building blocks for schemas that are restated here from the published ones, which are in no package.
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

export type Schema = Readonly<Record<string, unknown>>;

export const text: Schema = { type: 'string' };
export const filled: Schema = { type: 'string', minLength: 1 };
export const whole = (minimum: number): Schema => ({ type: 'integer', minimum });
export const like = (pattern: string): Schema => ({ type: 'string', pattern });
export const among = (...values: string[]): Schema => ({ enum: values });
export const upTo = (maxLength: number): Schema => ({ type: 'string', maxLength });
export const list = (items: Schema, more: Schema = {}): Schema => ({ type: 'array', items, ...more });

type Members = Readonly<Record<string, Schema>>;

/** Other members than these may stand beside them. */
export function open(required: Members, optional: Members = {}, more: Schema = {}): Schema {
  const properties = { ...required, ...optional };
  return { type: 'object', required: Object.keys(required), properties, ...more };
}

/** There are no other members than these. */
export function closed(required: Members, optional: Members = {}, more: Schema = {}): Schema {
  return open(required, optional, { additionalProperties: false, ...more });
}

/** Gives the faults of a document, as `path: fault`; none: it is valid. */
export function faultsBy(schema: Schema): (document: unknown) => string[] {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return (document) => {
    validate(document);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
  };
}
