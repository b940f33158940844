// Reads VEX documents of the three formats in use, told apart by what they say of themselves.
import { LineCounter, parseDocument } from 'yaml';
import type { VexStatement } from '../../model/policy.ts';
import { readCsaf } from './csaf.ts';
import { readCycloneDxVex } from './cyclonedx-vex.ts';
import { readOpenVex } from './openvex.ts';
import { VexError } from './vex-error.ts';

/** A document of ten thousand statements has some 10 MB. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Only statements that set something aside: "not affected" and "fixed". @throws VexError */
export function readVex(text: string, source: string): readonly VexStatement[] {
  if (text.length > MAX_BYTES)
    throw new VexError('BAD_VEX', `${source}: over 64 MiB, which no VEX document is`);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new VexError('BAD_VEX', `${source}${placeOf(text)}: is not JSON: ${(error as Error).message}`);
  }
  const parts = (typeof document === 'object' && document !== null ? document : {}) as Record<
    string,
    unknown
  >;
  if (String(parts['@context'] ?? '').startsWith('https://openvex.dev/')) return readOpenVex(parts, source);
  if (parts.bomFormat === 'CycloneDX') return readCycloneDxVex(parts, source);
  if (typeof parts.document === 'object' && parts.document !== null && 'csaf_version' in parts.document) {
    return readCsaf(parts, source);
  }
  throw new VexError('BAD_VEX', `${source}: is neither OpenVEX nor CycloneDX nor CSAF`);
}

/** `:line:column`. JSON is YAML, and its parser tells where it stopped. */
function placeOf(text: string): string {
  const lineCounter = new LineCounter();
  const [error] = parseDocument(text, { lineCounter, prettyErrors: false }).errors;
  if (!error) return '';
  const { line, col } = lineCounter.linePos(error.pos[0]);
  return `:${line}:${col}`;
}
