// Looks into parsed JSON of strange origin without believing anything of it.
import type { JsonPath } from '../../base/json-text.ts';

/** What is wrong, and where in the document. `readVex` makes a VexError of it, with line and column. */
export class VexFault extends Error {
  readonly path: JsonPath;

  constructor(path: JsonPath, what: string) {
    super(what);
    this.path = path;
  }
}

/** A value of the document and where it stands. */
export class VexPart {
  readonly value: unknown;
  readonly path: JsonPath;

  constructor(value: unknown, path: JsonPath = []) {
    this.value = value;
    this.path = path;
  }

  /** A member; throws VexFault when this is no object. One that is not there has the value `undefined`. */
  member(name: string): VexPart {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.fault('is no object');
    return new VexPart((value as Readonly<Record<string, unknown>>)[name], [...this.path, name]);
  }

  get isThere(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** The elements; none when it is not there. Throws VexFault for what is no list. */
  list(): VexPart[] {
    if (!this.isThere) return [];
    if (!Array.isArray(this.value)) throw this.fault('is no list');
    return this.value.map((each, index) => new VexPart(each, [...this.path, index]));
  }

  /** `undefined` for what is no text, or an empty one. */
  text(): string | undefined {
    return typeof this.value === 'string' && this.value !== '' ? this.value : undefined;
  }

  /** Milliseconds since 1970. */
  moment(): number | undefined {
    const moment = Date.parse(this.text() ?? '');
    return Number.isNaN(moment) ? undefined : moment;
  }

  fault(what: string): VexFault {
    return new VexFault(this.path, what);
  }
}
