// Reads JSON documents the way Go does: keys match regardless of case, null is as good as absent.
import { ImageError } from './image-error.ts';

/**
 * A JSON object with typed access to its members. Real images of Microsoft spell keys in their own way (`rootfS`,
 * `config.user`), and every container runtime, written in Go, accepts that. All accessors throw ImageError
 * `INVALID_DOCUMENT` when a member is of another type than asked for.
 */
export class JsonDocument {
  readonly #members = new Map<string, unknown>();
  readonly #where: string;

  /** `where` names the document in messages: 'the manifest sha256:… of /images/app'. */
  constructor(value: unknown, where: string) {
    if (!isObject(value)) throw invalid(where, 'is not a JSON object');
    this.#where = where;
    // Of several spellings the last one counts, as in Go.
    for (const [key, member] of Object.entries(value)) this.#members.set(key.toLowerCase(), member);
  }

  /** Parses `bytes`. The parser's own message is withheld: it quotes content that may not be the user's. */
  static parse(bytes: Buffer, where: string): JsonDocument {
    return new JsonDocument(parseJson(bytes, where), where);
  }

  /** All keys, lower-cased. */
  keys(): string[] {
    return [...this.#members.keys()];
  }

  has(key: string): boolean {
    return this.#get(key) !== undefined;
  }

  string(key: string): string | undefined {
    const value = this.#get(key);
    if (value === undefined || typeof value === 'string') return value;
    throw invalid(this.#where, `has a ${key} that is not a string`);
  }

  /** A non-empty string; runtimes write "" for what they do not know. */
  text(key: string): string | undefined {
    return this.string(key) || undefined;
  }

  boolean(key: string): boolean {
    const value = this.#get(key);
    if (value === undefined || typeof value === 'boolean') return value ?? false;
    throw invalid(this.#where, `has a ${key} that is neither true nor false`);
  }

  /** A whole number of bytes. */
  size(key: string): number | undefined {
    const value = this.#get(key);
    if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0))
      return value as number;
    throw invalid(this.#where, `has a ${key} that is not a number of bytes`);
  }

  object(key: string): JsonDocument | undefined {
    const value = this.#get(key);
    return value === undefined ? undefined : new JsonDocument(value, `${key} in ${this.#where}`);
  }

  strings(key: string): string[] {
    return this.#array(key).map((value) => {
      if (typeof value === 'string') return value;
      throw invalid(this.#where, `has a ${key} that is not a list of strings`);
    });
  }

  objects(key: string): JsonDocument[] {
    return this.#array(key).map(
      (value, index) => new JsonDocument(value, `${key}[${index}] in ${this.#where}`),
    );
  }

  /** The members whose value is a string, under their original keys lower-cased. */
  stringMembers(): Map<string, string> {
    const strings = new Map<string, string>();
    for (const [key, value] of this.#members) if (typeof value === 'string') strings.set(key, value);
    return strings;
  }

  /** An ImageError `INVALID_DOCUMENT` about this document. */
  invalid(problem: string, cause?: unknown): ImageError {
    return invalid(this.#where, problem, cause);
  }

  #get(key: string): unknown {
    return this.#members.get(key.toLowerCase()) ?? undefined;
  }

  #array(key: string): unknown[] {
    const value = this.#get(key) ?? [];
    if (Array.isArray(value)) return value;
    throw invalid(this.#where, `has a ${key} that is not a list`);
  }
}

/** The value of a JSON text. Throws ImageError `INVALID_DOCUMENT`. */
export function parseJson(bytes: Buffer, where: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw invalid(where, 'is not valid JSON');
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(where: string, problem: string, cause?: unknown): ImageError {
  return new ImageError('INVALID_DOCUMENT', `${where} ${problem}`, { cause });
}
