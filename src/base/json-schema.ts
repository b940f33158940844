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

/** The parts of a path are put before it on the way out: most values have no fault, and need none. */
type Check = (value: unknown) => SchemaFault | undefined;

/** Made once of a schema, for many values. */
export class SchemaCheck {
  readonly #root: JsonSchema;
  readonly #optional: ReadonlySet<string>;
  readonly #definitions = new Map<string, Check>();
  readonly #check: Check;

  /** Members named `optional` may be missing wherever the schema requires them. */
  constructor(root: JsonSchema, optional: ReadonlySet<string> = new Set()) {
    this.#root = root;
    this.#optional = optional;
    this.#check = this.#compile(root);
  }

  /** `undefined`: there is none. */
  firstFault(value: unknown): SchemaFault | undefined {
    return this.#check(value);
  }

  #compile(schema: JsonSchema): Check {
    const checks = [
      ...(schema.$ref === undefined ? [] : [this.#definition(schema.$ref)]),
      ...(schema.anyOf ? [anyOf(schema.anyOf.map((each) => this.#compile(each)))] : []),
      ...ownChecks(schema),
      ...(schema.items ? [ofItems(this.#compile(schema.items))] : []),
      ...(schema.required || schema.properties ? [this.#ofMembers(schema)] : []),
    ];
    const [only] = checks;
    if (only && checks.length === 1) return only;
    return (value) => {
      for (const check of checks) {
        const fault = check(value);
        if (fault) return fault;
      }
      return undefined;
    };
  }

  #ofMembers(schema: JsonSchema): Check {
    const required = (schema.required ?? []).filter((name) => !this.#optional.has(name));
    const members = Object.entries(schema.properties ?? {}).map(
      ([name, member]) => [name, this.#compile(member)] as const,
    );
    return (value) => {
      if (typeof value !== 'object' || value === null) return undefined;
      for (const name of required) {
        if (!Object.hasOwn(value, name)) return { path: [name], what: 'is missing' };
      }
      for (const [name, check] of members) {
        if (!Object.hasOwn(value, name)) continue;
        const fault = check((value as Record<string, unknown>)[name]);
        if (fault) return below(name, fault);
      }
      return undefined;
    };
  }

  /** Compiled when it is first used: definitions may name each other in a circle. */
  #definition(reference: string): Check {
    return (value) => {
      let check = this.#definitions.get(reference);
      if (!check) {
        const schema = this.#root.$defs?.[reference.replace('#/$defs/', '')];
        if (!schema) throw new Error(`the schema lacks ${reference}`);
        check = this.#compile(schema);
        this.#definitions.set(reference, check);
      }
      return check(value);
    };
  }
}

function ownChecks(schema: JsonSchema): Check[] {
  const checks: Check[] = [];
  const add = (what: string, isRight: (value: unknown) => boolean): void => {
    checks.push((value) => (isRight(value) ? undefined : { path: [], what }));
  };
  const types = [schema.type ?? []].flat().map((type) => TYPES[type]);
  const [first, second] = types;
  if (first) {
    add(`must be ${types.map(({ words }) => words).join(' or ')}`, (value) => {
      return first.is(value) || (second !== undefined && types.some(({ is }) => is(value)));
    });
  }
  if ('const' in schema) add(`must be ${JSON.stringify(schema.const)}`, (value) => value === schema.const);
  const { enum: words, minimum, maximum, minItems, pattern } = schema;
  if (words) {
    const listed = words.map((each) => JSON.stringify(each)).join(', ');
    add(`must be one of ${listed}`, (value) => words.includes(value));
  }
  if (pattern !== undefined) {
    const form = new RegExp(pattern, 'u');
    add(`must be of the form ${pattern}`, (value) => typeof value !== 'string' || form.test(value));
  }
  const format = FORMATS[schema.format ?? ''];
  if (format) {
    const isRight = (text: string): boolean => format.pattern.test(text) && !Number.isNaN(Date.parse(text));
    add(`must be ${format.words}`, (value) => typeof value !== 'string' || isRight(value));
  }
  if (minimum !== undefined) {
    add(`must not be below ${minimum}`, (value) => typeof value !== 'number' || value >= minimum);
  }
  if (maximum !== undefined) {
    add(`must not be above ${maximum}`, (value) => typeof value !== 'number' || value <= maximum);
  }
  if (minItems !== undefined) {
    add(`must have ${minItems} or more`, (value) => !Array.isArray(value) || value.length >= minItems);
  }
  return checks;
}

function ofItems(check: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    for (let index = 0; index < value.length; index++) {
      const fault = check(value[index]);
      if (fault) return below(index, fault);
    }
    return undefined;
  };
}

/** Of several faults the one that lies deepest is of what was meant. */
function anyOf(checks: readonly Check[]): Check {
  return (value) => {
    const faults: SchemaFault[] = [];
    for (const check of checks) {
      const fault = check(value);
      if (!fault) return undefined;
      faults.push(fault);
    }
    const depth = Math.max(...faults.map(({ path }) => path.length));
    const [first, ...others] = faults.filter(({ path }) => path.length === depth);
    if (!first || depth > 0) return first;
    const more = others.map(({ what }) => what.replace(/^must be /, ' or '));
    return { path: [], what: first.what + more.join('') };
  };
}

function below(part: string | number, { path, what }: SchemaFault): SchemaFault {
  return { path: [part, ...path], what };
}

/** `findings[3].severity` */
export function formatPath(path: JsonPath): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${part}`))
    .join('');
}
