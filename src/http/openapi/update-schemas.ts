// The documents about versions of the advisories.
import type { JsonObject } from './document.ts';
import { arrayOf, mapOf, object, reference, text } from './schema.ts';

export const updateSchemas: JsonObject = {
  UpdateOperation: object(
    {
      ref: { type: 'string', format: 'uuid' },
      updater: text,
      fingerprint: text,
      date: { type: 'string', format: 'date-time' },
    },
    { kind: text },
  ),
  UpdateOperations: mapOf(arrayOf(reference('UpdateOperation'))),
  UpdateDiff: object({
    prev: reference('UpdateOperation'),
    cur: reference('UpdateOperation'),
    added: { type: ['array', 'null'], items: reference('Vulnerability') },
    removed: { type: ['array', 'null'], items: reference('Vulnerability') },
  }),
};
