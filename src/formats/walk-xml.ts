// Walks through the elements of a small XML file, such as Windows and package managers keep.
import { SaxesParser } from 'saxes';
import { decodeXml } from './xml-text.ts';

/** Real files nest five deep; what is open costs memory, so a few megabytes of start tags would cost gigabytes. */
const MAX_DEPTH = 64;

/**
 * Calls `onElement` for each element, in order, with its place and its attributes. A place is made of the local names
 * from the root: `assembly/package/update`. `failure` makes the error to throw for what is not well-formed.
 */
export function walkXml(
  bytes: Uint8Array,
  onElement: (place: string, attributes: Readonly<Record<string, string>>) => void,
  failure: (reason: string) => Error,
): void {
  const open: string[] = [];
  const parser = new SaxesParser({ fragment: false });
  parser.on('error', (error) => {
    throw failure(`not well-formed XML or cut off: ${error.message}`);
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length === MAX_DEPTH) throw failure(`its elements nest more than ${MAX_DEPTH} deep`);
    open.push(name.slice(name.indexOf(':') + 1));
    onElement(open.join('/'), attributes as Record<string, string>);
  });
  parser.on('closetag', () => {
    open.pop();
  });
  parser.write(decodeXml(bytes)).close();
}
