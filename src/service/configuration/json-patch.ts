// JSON patch (RFC 6902) on plain values: what drop-in files with `-patch` in their extension are.
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';

/** One operation did what it says; `path` is where, with positions of lists as numbers. */
export type PatchListener = (index: number, path: readonly (string | number)[]) => void;

/** The patch cannot be applied; `index` is that of the operation. */
export class JsonPatchError extends Error {
  readonly index: number;

  constructor(index: number, message: string) {
    super(message);
    this.name = 'JsonPatchError';
    this.index = index;
  }
}

type Edit = (parent: JsonValue, token: string) => JsonValue;

/** The value after all operations; `target` stays as it is. Throws JsonPatchError. */
export function applyJsonPatch(target: JsonValue, patch: JsonValue, onChange?: PatchListener): JsonValue {
  if (!Array.isArray(patch)) throw new JsonPatchError(0, 'is not a list of operations');
  return (patch as readonly JsonValue[]).reduce<JsonValue>((value, operation, index) => {
    try {
      const { result, path } = apply(value, operation);
      onChange?.(index, path);
      return result;
    } catch (error) {
      if (error instanceof RefusedOperation) throw new JsonPatchError(index, error.message);
      throw error;
    }
  }, target);
}

class RefusedOperation extends Error {}

function apply(target: JsonValue, operation: JsonValue): { result: JsonValue; path: (string | number)[] } {
  if (!isJsonObject(operation)) throw new RefusedOperation('is no object');
  const tokens = pointerOf(operation, 'path');
  const path = place(target, tokens);
  switch (operation.op) {
    case 'add':
      return { result: add(target, tokens, givenValue(operation)), path };
    case 'remove':
      return { result: remove(target, tokens), path };
    case 'replace':
      return { result: replace(target, tokens, givenValue(operation)), path };
    case 'copy':
      return { result: add(target, tokens, find(target, pointerOf(operation, 'from'))), path };
    case 'move': {
      const from = pointerOf(operation, 'from');
      if (tokens.length > from.length && from.every((token, index) => tokens[index] === token)) {
        throw new RefusedOperation('moves a value into itself');
      }
      return { result: add(remove(target, from), tokens, find(target, from)), path };
    }
    case 'test':
      if (!isEqual(find(target, tokens), givenValue(operation)))
        throw new RefusedOperation('tests for another value');
      return { result: target, path };
    default:
      throw new RefusedOperation('has an op that is none of add, remove, replace, move, copy, test');
  }
}

function givenValue(operation: JsonObject): JsonValue {
  if (operation.value === undefined) throw new RefusedOperation('has no value');
  return operation.value;
}

/** RFC 6901: `~1` is a slash, `~0` a tilde. */
function pointerOf(operation: JsonObject, name: 'path' | 'from'): string[] {
  const text = operation[name];
  if (typeof text !== 'string' || (text !== '' && !text.startsWith('/'))) {
    throw new RefusedOperation(`has no ${name} that begins with a slash`);
  }
  return text
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function add(target: JsonValue, tokens: readonly string[], value: JsonValue): JsonValue {
  return edit(target, tokens, value, (parent, token) => {
    if (!Array.isArray(parent)) return withMember(parent as JsonObject, token, value);
    const index = token === '-' ? parent.length : position(token, parent.length);
    return (parent as JsonValue[]).toSpliced(index, 0, value);
  });
}

function replace(target: JsonValue, tokens: readonly string[], value: JsonValue): JsonValue {
  return edit(target, tokens, value, (parent, token) => {
    member(parent, token);
    if (!Array.isArray(parent)) return withMember(parent as JsonObject, token, value);
    return (parent as JsonValue[]).with(Number(token), value);
  });
}

function remove(target: JsonValue, tokens: readonly string[]): JsonValue {
  return edit(target, tokens, null, (parent, token) => {
    member(parent, token);
    if (Array.isArray(parent)) return (parent as JsonValue[]).toSpliced(Number(token), 1);
    return Object.fromEntries(Object.entries(parent as JsonObject).filter(([name]) => name !== token));
  });
}

/** Edits the container of the last token; all others on the way are copied. `whole` replaces the document itself. */
function edit(target: JsonValue, tokens: readonly string[], whole: JsonValue, change: Edit): JsonValue {
  const [token, ...rest] = tokens;
  if (token === undefined) return whole;
  if (rest.length === 0) {
    if (typeof target !== 'object' || target === null)
      throw new RefusedOperation('names a place that is not there');
    return change(target, token);
  }
  const changed = edit(member(target, token), rest, whole, change);
  return Array.isArray(target)
    ? (target as JsonValue[]).with(Number(token), changed)
    : withMember(target as JsonObject, token, changed);
}

/** Not by assignment, which would not make a key of `__proto__`. */
function withMember(object: JsonObject, name: string, value: JsonValue): JsonObject {
  return Object.fromEntries(new Map(Object.entries(object)).set(name, value));
}

function find(target: JsonValue, tokens: readonly string[]): JsonValue {
  return tokens.reduce(member, target);
}

function member(target: JsonValue, token: string): JsonValue {
  if (Array.isArray(target)) return (target as JsonValue[])[position(token, target.length - 1)]!;
  if (isJsonObject(target) && Object.hasOwn(target, token)) return target[token]!;
  throw new RefusedOperation('names a place that is not there');
}

function position(token: string, max: number): number {
  if (/^(?:0|[1-9]\d{0,8})$/.test(token) && Number(token) <= max) return Number(token);
  throw new RefusedOperation('names a position that the list does not have');
}

/** The tokens with positions in lists as numbers, as far as the document has them. */
function place(target: JsonValue, tokens: readonly string[]): (string | number)[] {
  const path: (string | number)[] = [];
  let value: JsonValue | undefined = target;
  for (const token of tokens) {
    path.push(Array.isArray(value) ? (token === '-' ? value.length : Number(token)) : token);
    value = Array.isArray(value)
      ? (value as JsonValue[])[Number(token)]
      : isJsonObject(value) && Object.hasOwn(value, token)
        ? value[token]
        : undefined;
  }
  return path;
}

/** RFC 6902 §4.6: the order of keys does not matter. */
function isEqual(a: JsonValue, b: JsonValue): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return (
      a.length === b.length && a.every((each, index) => isEqual(each as JsonValue, b[index] as JsonValue))
    );
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return a === b;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isEqual(a[name]!, b[name]!))
  );
}
