// What files, hosts and feeds say of themselves, made fit for a line on a terminal.

/** C0 and C1 controls, which may move the cursor and forge lines; marks that reverse the order of what is read. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** One line, as long as before: spaces for tabs and line ends, `?` for what else is not to be seen. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => (/\s/.test(character) ? ' ' : '?'));
}
