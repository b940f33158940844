// Reads VEX documents of the three formats in use, told apart by what they say of themselves.
import { JsonTextError, parseJson, placeOf } from '../../base/json-text.ts';
import type { VexStatement } from '../../model/policy.ts';
import { readCsaf } from './csaf.ts';
import { readCycloneDxVex } from './cyclonedx-vex.ts';
import { readOpenVex } from './openvex.ts';
import { VexError } from './vex-error.ts';
import { VexFault, VexPart } from './vex-part.ts';

/** A document of ten thousand statements has some 10 MB. */
const MAX_BYTES = 64 * 1024 * 1024;

/** All statements, those that leave a vulnerability open too. @throws VexError, with line and column. */
export function readVex(text: string, source: string): readonly VexStatement[] {
  if (text.length > MAX_BYTES)
    throw new VexError('BAD_VEX', `${source}: over 64 MiB, which no VEX document is`);
  try {
    return statementsOf(new VexPart(parseJson(text)), source);
  } catch (error) {
    if (error instanceof JsonTextError) {
      throw new VexError('BAD_VEX', `${source}:${error.message}`, { cause: error });
    }
    if (!(error instanceof VexFault)) throw error;
    const where = `${source}:${placeOf(text, error.path)}`;
    const what = shown(error.path) || 'the document';
    throw new VexError('BAD_VEX', `${where}: ${what} ${error.message}`, { cause: error });
  }
}

function statementsOf(document: VexPart, source: string): readonly VexStatement[] {
  if (document.member('@context').text()?.startsWith('https://openvex.dev/')) {
    return readOpenVex(document, source);
  }
  if (document.member('bomFormat').text() === 'CycloneDX') return readCycloneDxVex(document, source);
  const head = document.member('document');
  if (head.isThere && head.member('csaf_version').isThere) return readCsaf(document, source);
  throw document.fault('is neither OpenVEX nor CycloneDX nor CSAF');
}

/** `statements[0].vulnerability`. */
function shown(path: VexFault['path']): string {
  return path
    .map((each) => (typeof each === 'number' ? `[${each}]` : `.${each}`))
    .join('')
    .replace(/^\./, '');
}
