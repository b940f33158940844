// Sentences for clients: Quay reads error bodies as ASCII and fails on anything else.

/** A reader in a table sees no more, and names inside an image may be as long as they like. */
const MAX_LENGTH = 600;

/** Options of the command line that messages of shared code name, and what the service has in their place. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/--cacert FILE/g, 'clearstory.ca_file'],
  [/; if it speaks plain HTTP, use --insecure/g, ''],
  [/, or log in for a higher limit/g, ''],
];

/** `text` in printable ASCII, of bounded length, with the advice that fits the service. */
export function asciiSentence(text: string): string {
  let sentence = text;
  for (const [pattern, replacement] of ADVICE) sentence = sentence.replace(pattern, replacement);
  sentence = sentence
    .replace(/\u2026/g, '...')
    .replace(/\s+/g, ' ')
    .replace(/[^\x20-\x7e]/g, '?');
  return sentence.length > MAX_LENGTH ? `${sentence.slice(0, MAX_LENGTH - 3)}...` : sentence;
}
