// The lines of an explanation: a name, and what it says beside it.
import { wrap } from './text-layout.ts';

const FIELD_WIDTH = 14;

/** Of what cannot be broken and does not fit beside its name. */
const OWN_LINE = ' '.repeat(4);

export type ExplanationField = readonly [name: string, text: string];

export function fieldLines(fields: readonly ExplanationField[], width: number): string[] {
  return fields.flatMap(([name, text]) => {
    const label = `  ${name}`;
    // An address that is broken, or shares its line with spaces, cannot be followed.
    if (!text.includes(' ') && FIELD_WIDTH + text.length > width) {
      return [label, ...wrap(OWN_LINE + text, width, OWN_LINE)];
    }
    return wrap(label.padEnd(FIELD_WIDTH) + text, width, ' '.repeat(FIELD_WIDTH));
  });
}
