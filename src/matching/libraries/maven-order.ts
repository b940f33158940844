// The order of Maven versions: https://maven.apache.org/pom.html#version-order-specification

type Token = { readonly separator: '.' | '-'; readonly value: number | string };

/** Qualifiers that mean something, lowest first; the empty one is the release. Unknown words come after all. */
const QUALIFIERS = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const SYNONYMS: Readonly<Record<string, string>> = {
  a: 'alpha',
  b: 'beta',
  m: 'milestone',
  cr: 'rc',
  ga: '',
  final: '',
  release: '',
};

/** Negative when `a` is the lower one. Every text is a version to Maven. */
export function compareMaven(a: string, b: string): number {
  const left = tokensOf(a);
  const right = tokensOf(b);
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const order = compareTokens(left[index] ?? padding(right[index]!), right[index] ?? padding(left[index]!));
    if (order !== 0) return order;
  }
  return 0;
}

/** Split at dots, hyphens, and between digits and letters, which counts as a hyphen; null values at ends go. */
function tokensOf(version: string): Token[] {
  const tokens: Token[] = [];
  const words = version.toLowerCase().matchAll(/([.-]?)(\d+|[^\d.-]+|(?=[.-]|$))/g);
  let first = true;
  for (const [whole, separator, word] of words) {
    if (whole === '' && !first) break;
    const isTransition = separator === '' && !first;
    const isNumber = /^\d/.test(word ?? '');
    const value = isNumber || word === '' ? Number(word) : word!;
    tokens.push({ separator: isTransition || separator === '-' ? '-' : '.', value });
    first = false;
  }
  return trimmed(tokens.map((token, index) => withoutAlias(token, tokens[index + 1])));
}

/** `a`, `b` and `m` stand for their words only directly before a number. */
function withoutAlias({ separator, value }: Token, next: Token | undefined): Token {
  if (typeof value === 'number') return { separator, value };
  const isShort = value.length === 1;
  const beforeNumber = typeof next?.value === 'number' && next.separator === '-';
  return { separator, value: isShort && !beforeNumber ? value : (SYNONYMS[value] ?? value) };
}

/** From each end of a group of numbers backwards: 1.0.0-rc is 1-rc, and 1.0 is 1. */
function trimmed(tokens: readonly Token[]): Token[] {
  const kept: Token[] = [];
  for (const token of tokens) {
    if (token.separator === '-') dropNulls(kept);
    kept.push(token);
  }
  dropNulls(kept);
  return kept;
}

function dropNulls(tokens: Token[]): void {
  while (tokens.length > 0 && isNull(tokens.at(-1)!)) tokens.pop();
}

function isNull({ value }: Token): boolean {
  return value === 0 || value === '';
}

/** What a missing token counts as. */
function padding({ separator, value }: Token): Token {
  return typeof value === 'number' ? { separator, value: 0 } : { separator, value: '' };
}

/** At the same place: `.word` < `-word` < `-number` < `.number`. */
function compareTokens(a: Token, b: Token): number {
  const rank = ({ separator, value }: Token): number =>
    typeof value === 'number' ? (separator === '-' ? 2 : 3) : separator === '-' ? 1 : 0;
  if (typeof a.value === 'number' && typeof b.value === 'number') {
    return a.separator === b.separator ? a.value - b.value : rank(a) - rank(b);
  }
  if (typeof a.value === 'number' || typeof b.value === 'number') return rank(a) - rank(b);
  const order = compareQualifiers(a.value, b.value);
  return order === 0 ? rank(a) - rank(b) : order;
}

function compareQualifiers(a: string, b: string): number {
  const [left, right] = [QUALIFIERS.indexOf(a), QUALIFIERS.indexOf(b)];
  if (left >= 0 && right >= 0) return left - right;
  if (left >= 0) return -1;
  if (right >= 0) return 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
