// Holds a value against a JSON Schema: the keywords that our own schemas are made of, and the first fault in words.
import type { JsonPath } from './json-text.ts';

export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly type?: TypeName | readonly TypeName[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface SchemaFault {
  readonly path: JsonPath;
  /** `must be a text`, to be put behind the path. */
  readonly what: string;
}

type TypeName = 'object' | 'array' | 'string' | 'boolean' | 'integer' | 'number' | 'null';

const TYPES: Readonly<Record<TypeName, { readonly words: string; is(value: unknown): boolean }>> = {
  object: {
    words: 'an object',
    is: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  },
  array: { words: 'a list', is: Array.isArray },
  string: { words: 'a text', is: (value) => typeof value === 'string' },
  boolean: { words: 'true or false', is: (value) => typeof value === 'boolean' },
  integer: { words: 'a whole number', is: Number.isInteger },
  number: { words: 'a number', is: (value) => typeof value === 'number' },
  null: { words: 'null', is: (value) => value === null },
};

const FORMATS: Readonly<Record<string, { readonly words: string; readonly pattern: RegExp }>> = {
  date: { words: 'a day, as in 2026-12-31', pattern: /^\d{4}-\d{2}-\d{2}$/ },
  'date-time': {
    words: 'a time, as in 2026-12-31T00:00:00Z',
    pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i,
  },
};

export class SchemaCheck {
  readonly #root: JsonSchema;
  readonly #optional: ReadonlySet<string>;
  readonly #patterns = new Map<string, RegExp>();

  /** Members named `optional` may be missing wherever the schema requires them. */
  constructor(root: JsonSchema, optional: ReadonlySet<string> = new Set()) {
    this.#root = root;
    this.#optional = optional;
  }

  /** `undefined`: there is none. */
  firstFault(value: unknown): SchemaFault | undefined {
    return this.#check(value, this.#root, []);
  }

  #check(value: unknown, schema: JsonSchema, path: JsonPath): SchemaFault | undefined {
    if (schema.$ref !== undefined) {
      const fault = this.#check(value, this.#definition(schema.$ref), path);
      if (fault) return fault;
    }
    if (schema.anyOf) {
      const fault = this.#checkAny(value, schema.anyOf, path);
      if (fault) return fault;
    }
    const what = this.#ownFault(value, schema);
    if (what !== undefined) return { path, what };
    if (Array.isArray(value)) return this.#checkItems(value, schema, path);
    return typeof value === 'object' && value !== null ? this.#checkMembers(value, schema, path) : undefined;
  }

  /** Of several faults the one that lies deepest is of what was meant. */
  #checkAny(value: unknown, schemas: readonly JsonSchema[], path: JsonPath): SchemaFault | undefined {
    let deepest: SchemaFault | undefined;
    for (const schema of schemas) {
      const fault = this.#check(value, schema, path);
      if (!fault) return undefined;
      if (!deepest || fault.path.length > deepest.path.length) deepest = fault;
      else if (fault.path.length === deepest.path.length && fault.what.startsWith('must be ')) {
        deepest = { path, what: `${deepest.what} or ${fault.what.slice('must be '.length)}` };
      }
    }
    return deepest;
  }

  #ownFault(value: unknown, schema: JsonSchema): string | undefined {
    const types = schema.type === undefined ? [] : [schema.type].flat();
    if (types.length > 0 && !types.some((type) => TYPES[type].is(value))) {
      return `must be ${types.map((type) => TYPES[type].words).join(' or ')}`;
    }
    if ('const' in schema && value !== schema.const) return `must be ${JSON.stringify(schema.const)}`;
    if (schema.enum && !schema.enum.includes(value)) {
      return `must be one of ${schema.enum.map((each) => JSON.stringify(each)).join(', ')}`;
    }
    if (typeof value === 'string') return this.#textFault(value, schema);
    if (typeof value === 'number') {
      if (schema.minimum !== undefined && value < schema.minimum)
        return `must not be below ${schema.minimum}`;
      if (schema.maximum !== undefined && value > schema.maximum)
        return `must not be above ${schema.maximum}`;
    }
    if (Array.isArray(value) && schema.minItems !== undefined && value.length < schema.minItems) {
      return 'must not be empty';
    }
    return undefined;
  }

  #textFault(value: string, { pattern, format }: JsonSchema): string | undefined {
    if (pattern !== undefined && !this.#pattern(pattern).test(value)) return `must be of the form ${pattern}`;
    const known = FORMATS[format ?? ''];
    if (known && !(known.pattern.test(value) && isInCalendar(value))) return `must be ${known.words}`;
    return undefined;
  }

  #checkItems(items: readonly unknown[], schema: JsonSchema, path: JsonPath): SchemaFault | undefined {
    if (!schema.items) return undefined;
    for (const [index, item] of items.entries()) {
      const fault = this.#check(item, schema.items, [...path, index]);
      if (fault) return fault;
    }
    return undefined;
  }

  #checkMembers(value: object, schema: JsonSchema, path: JsonPath): SchemaFault | undefined {
    for (const name of schema.required ?? []) {
      if (!Object.hasOwn(value, name) && !this.#optional.has(name)) {
        return { path: [...path, name], what: 'is missing' };
      }
    }
    for (const [name, member] of Object.entries(schema.properties ?? {})) {
      if (!Object.hasOwn(value, name)) continue;
      const fault = this.#check((value as Record<string, unknown>)[name], member, [...path, name]);
      if (fault) return fault;
    }
    return undefined;
  }

  #definition(reference: string): JsonSchema {
    const found = this.#root.$defs?.[reference.replace('#/$defs/', '')];
    if (!found) throw new Error(`the schema lacks ${reference}`);
    return found;
  }

  #pattern(source: string): RegExp {
    const known = this.#patterns.get(source) ?? new RegExp(source, 'u');
    this.#patterns.set(source, known);
    return known;
  }
}

/** `findings[3].severity` */
export function formatPath(path: JsonPath): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${part}`))
    .join('');
}

function isInCalendar(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}
