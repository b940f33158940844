// The one shape every expected failure has: a stable code to switch on and a sentence a person can act on.

/**
 * An error whose message is meant for the user: it says what is wrong, where (path, offset, digest) and,
 * where there is something to do, what to do. `code` is stable and is what callers switch on.
 * Each area has one subclass; parsers throw only their own.
 */
export class ClearstoryError<Code extends string = string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}
