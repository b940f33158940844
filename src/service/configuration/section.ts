// Reads the keys of one object of the configuration; whatever nobody has asked for is an unknown key.
import { parseDuration } from './duration.ts';
import type { Findings } from './findings.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { mergePatch } from './merge-patch.ts';
import { nearbyName } from './nearby-name.ts';
import type { Path } from './places.ts';

export interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** Durations, levels and numbers are shorter. */
const MAX_SHOWN = 12;

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
};

interface Member {
  /** As written. */
  readonly name: string;
  readonly value: JsonValue;
}

/**
 * Names match regardless of case, as in Go's decoder, and null is as good as absent. A value that cannot be what is
 * asked for is a fault in the findings and reads as absent, so that one run tells all faults.
 */
export class Section {
  /** Keys from the top, for messages: `['matcher', 'period']`. */
  readonly #path: Path;
  readonly #findings: Findings;
  readonly #members = new Map<string, Member>();
  readonly #asked = new Set<string>();
  readonly #parts = new Map<string, Section>();

  constructor(value: JsonObject, path: Path, findings: Findings) {
    this.#path = path;
    this.#findings = findings;
    for (const [name, member] of Object.entries(value)) {
      const key = name.toLowerCase();
      const earlier = this.#members.get(key)?.value;
      // Go decodes one spelling over the other into the same place.
      const both = isJsonObject(earlier) && isJsonObject(member);
      this.#members.set(key, { name, value: both ? mergePatch(earlier, member) : member });
    }
  }

  /** Whether the key is there with a value; an empty text is none. */
  has(name: string): boolean {
    return (this.#value(name) ?? '') !== '';
  }

  /** The value as it is, for keys that take several kinds. */
  raw(name: string): JsonValue | undefined {
    return this.#value(name);
  }

  /** The section of that name; an empty one when there is none. */
  section(name: string): Section {
    const known = this.#parts.get(name);
    if (known) return known;
    const value = this.#value(name);
    if (value !== undefined && !isJsonObject(value))
      this.#wrong(name, 'a section with keys of its own', value);
    const part = new Section(isJsonObject(value) ? value : {}, this.#pathOf(name), this.#findings);
    this.#parts.set(name, part);
    return part;
  }

  /** A text; an empty one is as good as absent. */
  text(name: string): string | undefined {
    const value = this.#value(name);
    if (value === undefined || value === '') return undefined;
    return typeof value === 'string' ? value : this.#wrong(name, 'a text', value);
  }

  /** `undefined` when absent. */
  boolean(name: string): boolean | undefined {
    const value = this.#value(name);
    if (value === undefined || typeof value === 'boolean') return value;
    return this.#wrongValue(name, 'true or false', value);
  }

  whole(name: string, range: Range = {}): number | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (!Number.isSafeInteger(value)) return this.#wrongValue(name, 'a whole number', value);
    return this.#within(name, value as number, range);
  }

  number(name: string, range: Range = {}): number | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'number') return this.#wrongValue(name, 'a number', value);
    return this.#within(name, value, range);
  }

  /** Milliseconds, not negative. */
  duration(name: string): number | undefined {
    const value = this.#value(name);
    if (value === undefined || value === '') return undefined;
    const ms = typeof value === 'string' ? parseDuration(value) : undefined;
    if (ms === undefined) return this.#wrongValue(name, 'a duration such as 6h or 1m30s', value);
    return ms < 0 ? this.#wrongValue(name, 'a duration that is not negative', value) : ms;
  }

  /** One of `choices`, which are lower-case; case does not matter. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const chosen = choices.find((choice) => choice === value.toLowerCase());
    return chosen ?? this.#wrongValue(name, `one of ${choices.join(', ')}`, value);
  }

  /** `schemes` without colons. */
  url(name: string, schemes: readonly string[] = ['http', 'https']): URL | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url && schemes.includes(url.protocol.slice(0, -1))) return url;
    // Addresses may hold passwords, so what stands there is not repeated.
    this.fault(
      name,
      `must be an address that begins with ${schemes.map((each) => `${each}://`).join(' or ')}`,
    );
    return undefined;
  }

  /** A list of texts; `undefined` when absent, which often means something else than an empty one. */
  texts(name: string): readonly string[] | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value as string[];
    return this.#wrong(name, 'a list of texts', value);
  }

  /** A map of texts. */
  textMap(name: string): Readonly<Record<string, string>> {
    const value = this.#value(name) ?? {};
    const isMap = isJsonObject(value) && Object.values(value).every((each) => typeof each === 'string');
    return isMap ? (value as Record<string, string>) : (this.#wrong(name, 'a map of texts', value) ?? {});
  }

  /** A map of lists of texts, as headers are. */
  textListMap(name: string): Readonly<Record<string, readonly string[]>> {
    const value = this.#value(name) ?? {};
    const isList = (each: JsonValue): boolean =>
      Array.isArray(each) && each.every((item) => typeof item === 'string');
    const isMap = isJsonObject(value) && Object.values(value).every(isList);
    return isMap
      ? (value as Record<string, readonly string[]>)
      : (this.#wrong(name, 'a map of lists of texts', value) ?? {});
  }

  /** What another program knows how to read; any keys are allowed in it. */
  object(name: string): JsonObject {
    const value = this.#value(name);
    if (value === undefined || isJsonObject(value)) return value ?? {};
    return this.#wrong(name, 'a section with keys of its own', value) ?? {};
  }

  /** The value is there and cannot be used: `problem` goes on where the name of the key ends. */
  fault(name: string, problem: string): void {
    this.#findings.fault(this.#pathOf(name), `${this.#shown(name)} ${problem}`);
  }

  /** As `fault`, for what is accepted. */
  warn(name: string, remark: string): void {
    this.#findings.warn(this.#pathOf(name), `${this.#shown(name)} ${remark}`);
  }

  /** Keys that nobody has asked for, here and in all sections below, become faults. */
  finish(): void {
    for (const [key, { name }] of this.#members) {
      if (this.#asked.has(key)) continue;
      const meant = nearbyName(name, [...this.#asked]);
      const advice =
        meant === undefined ? `known are ${[...this.#asked].join(', ')}` : `did you mean ${meant}?`;
      this.fault(name, `is not a known key; ${advice}`);
    }
    for (const part of this.#parts.values()) part.finish();
  }

  #value(name: string): JsonValue | undefined {
    this.#asked.add(name);
    return this.#members.get(name)?.value ?? undefined;
  }

  #within(name: string, value: number, { min = -Infinity, max = Infinity }: Range): number | undefined {
    if (value >= min && value <= max) return value;
    const bounds = max === Infinity ? `at least ${min}` : `between ${min} and ${max}`;
    this.fault(name, `is ${value} and must be ${bounds}`);
    return undefined;
  }

  /** What stands there is not repeated: it may be a secret. */
  #wrong(name: string, wanted: string, value: JsonValue): undefined {
    this.fault(name, `is ${kindOf(value)} and must be ${wanted}`);
    return undefined;
  }

  /** For keys that nobody keeps secrets in. */
  #wrongValue(name: string, wanted: string, value: JsonValue): undefined {
    const isShort = typeof value !== 'object' && String(value).length <= MAX_SHOWN;
    this.fault(name, `is ${isShort ? JSON.stringify(value) : kindOf(value)} and must be ${wanted}`);
    return undefined;
  }

  #pathOf(name: string): Path {
    return [...this.#path, this.#members.get(name.toLowerCase())?.name ?? name];
  }

  #shown(name: string): string {
    return [...this.#path, name].join('.');
  }
}

function kindOf(value: JsonValue): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a section' : KINDS[typeof value]!;
}
