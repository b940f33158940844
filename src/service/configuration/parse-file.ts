// Parses a file of the configuration, YAML or JSON, into plain values and the places where they stand.
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import { ConfigurationError } from './configuration-error.ts';
import type { JsonValue } from './json-value.ts';
import { formatPlace, type Path, type Place, Places } from './places.ts';

export type FileFormat = 'yaml' | 'json';

export interface ParsedFile {
  /** `undefined` for a file that holds nothing but comments. */
  readonly value: JsonValue | undefined;
  readonly places: Places;
}

/** Real files use a handful of anchors; a bomb needs many more to grow. */
const MAX_ALIASES = 100;

/** Real files have six; more only wears down the stack. */
const MAX_DEPTH = 100;
const TOO_DEEP = `nests deeper than ${MAX_DEPTH} levels`;

/**
 * Messages name places and never quote: configurations are full of secrets. Throws ConfigurationError `MALFORMED`.
 */
export function parseFile(text: string, file: string, format: FileFormat): ParsedFile {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  try {
    return parse(text, file, format, lines, placeAt);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw malformed({ file, line: 1, column: 1 }, TOO_DEEP, error);
  }
}

function parse(
  text: string,
  file: string,
  format: FileFormat,
  lineCounter: LineCounter,
  placeAt: (offset: number) => Place,
): ParsedFile {
  const json = format === 'json' ? parseJson(text, file) : undefined;
  const document = parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    merge: true,
    // JSON lets the last of several win, as Go does.
    uniqueKeys: format === 'yaml',
    // 'silent' would pass over a second document.
    logLevel: 'error',
  });
  const [error] = document.errors;
  if (error && format === 'yaml') {
    const reason = REASONS[error.code] ?? 'check the indentation and the quotes';
    throw malformed(placeAt(error.pos[0]), `is no valid YAML: ${reason}`);
  }
  const places = new Places();
  collectPlaces(document.contents, [], places, placeAt);
  return { value: json ? json.value : toValue(document, file), places };
}

function toValue(document: Document.Parsed, file: string): JsonValue | undefined {
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    // YAML has values that JSON has not: dates, bytes, not-a-number.
    return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as JsonValue);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    // Aliases of what is not there, of what they stand in, or of so much that memory would not last.
    throw malformed({ file, line: 1, column: 1 }, 'has aliases that cannot be resolved', error);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'a key stands there twice',
  MULTIPLE_DOCS: 'there is a second document',
  TAB_AS_INDENT: 'a tab is used to indent',
  BAD_INDENT: 'the indentation is wrong',
};

function parseJson(text: string, file: string): { readonly value: JsonValue } {
  try {
    return { value: JSON.parse(text) as JsonValue };
  } catch (error) {
    const offset = Number(/position (\d+)/.exec((error as Error).message)?.[1] ?? text.length);
    const before = text.slice(0, offset).split('\n');
    const place = { file, line: before.length, column: before.at(-1)!.length + 1 };
    throw malformed(place, 'is no valid JSON');
  }
}

function collectPlaces(node: unknown, path: Path, places: Places, placeAt: (offset: number) => Place): void {
  const at = (node as Node | null)?.range?.[0];
  if (path.length > MAX_DEPTH) throw malformed(placeAt(at ?? 0), TOO_DEEP);
  if (at !== undefined && places.find(path) === undefined) places.set(path, placeAt(at));
  if (isMap(node)) {
    for (const pair of node.items) {
      if (!isPair(pair) || !isScalar(pair.key)) continue;
      const below = [...path, String(pair.key.value)];
      const offset = pair.key.range?.[0];
      if (offset !== undefined) places.set(below, placeAt(offset));
      if (!isAlias(pair.value)) collectPlaces(pair.value, below, places, placeAt);
    }
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      const below = [...path, index];
      const offset = (item as Node | null)?.range?.[0];
      if (offset !== undefined) places.set(below, placeAt(offset));
      collectPlaces(item, below, places, placeAt);
    }
  }
}

function malformed(place: Place, problem: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError('MALFORMED', `${formatPlace(place)}: ${problem}`, { cause });
}
