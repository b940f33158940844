// JSON whose mistakes have a line and a column, in every version of Node.
import jsonc from 'jsonc-parser';
import { ClearstoryError } from './error.ts';

/** The message is `2:17: a value is missing`, with line and column from 1. */
export class JsonTextError extends ClearstoryError<'NOT_JSON'> {}

/** Names of members and indexes of elements, from the outside in. */
export type JsonPath = readonly (string | number)[];

const STRICT = { disallowComments: true, allowTrailingComma: false };

/** What the library calls its findings, in words. */
const MISTAKES: Readonly<Record<string, string>> = {
  InvalidSymbol: 'there is a word that JSON does not have',
  InvalidNumberFormat: 'there is a number that JSON does not have',
  PropertyNameExpected: 'the name of a member is missing, in double quotes',
  ValueExpected: 'a value is missing',
  ColonExpected: 'a colon is missing',
  CommaExpected: 'a comma is missing',
  CloseBraceExpected: 'a closing brace is missing; is the file cut off?',
  CloseBracketExpected: 'a closing bracket is missing; is the file cut off?',
  EndOfFileExpected: 'there is more after the end',
  InvalidCommentToken: 'there is a comment, which JSON does not have',
  UnexpectedEndOfComment: 'there is a comment, which JSON does not have',
  UnexpectedEndOfString: 'a text does not end; is the file cut off?',
  InvalidUnicode: 'there is an escape that JSON does not have',
  InvalidEscapeCharacter: 'there is an escape that JSON does not have',
  InvalidCharacter: 'there is a control character in a text',
};

/** What UTF-16 looks like when it is read as UTF-8: its mark is no character there, and every second byte is NUL. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const UTF_16 = /^(?:\ufffd\ufffd)?(?:\u0000[^\u0000]|[^\u0000]\u0000)/;

/** A byte order mark, as Windows writes it, may come first. @throws JsonTextError */
export function parseJson(given: string): unknown {
  const text = withoutMark(given);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (UTF_16.test(text)) {
      throw new JsonTextError('NOT_JSON', '1:1: it is UTF-16; save it as UTF-8', { cause: error });
    }
    const mistakes: jsonc.ParseError[] = [];
    jsonc.parse(text, mistakes, STRICT);
    const [first] = mistakes;
    if (!first) throw new JsonTextError('NOT_JSON', `1:1: ${(error as Error).message}`, { cause: error });
    const what = MISTAKES[jsonc.printParseErrorCode(first.error)] ?? 'it goes on in a way that is not JSON';
    throw new JsonTextError('NOT_JSON', `${placeAt(text, first.offset)}: ${what}`, { cause: error });
  }
}

/** `line:column` of what stands at `path` in `text`, or of the innermost thing around it that is there. */
export function placeOf(given: string, path: JsonPath): string {
  const text = withoutMark(given);
  const root = jsonc.parseTree(text);
  for (let length = path.length; root && length > 0; length--) {
    const node = jsonc.findNodeAtLocation(root, path.slice(0, length));
    if (node) return placeAt(text, node.offset);
  }
  return placeAt(text, root?.offset ?? 0);
}

function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function placeAt(text: string, offset: number): string {
  const before = text.slice(0, offset);
  return `${before.split('\n').length}:${offset - before.lastIndexOf('\n')}`;
}
