// Reads what PeFacts has, asking for no other bytes of the file than the few it needs.
import { need, type Reading } from './byte-request.ts';
import { PeError } from './pe-error.ts';
import { architectureOf, type PeFacts, type PeVersion } from './pe-facts.ts';
import { type ImageHeaders, readFileHeader, readImageHeaders } from './pe-headers.ts';
import { findVersionResource } from './resource-tree.ts';
import { type FileRange, locate } from './sections.ts';
import { MAX_VERSION_RESOURCE_BYTES, parseVersionResource } from './version-resource.ts';

/** `undefined` when the file is not a PE file; damage goes into `PeFacts.damaged`. */
export function* readPe(): Reading<PeFacts | undefined> {
  const fileHeader = yield* readFileHeader();
  if (fileHeader === undefined) return undefined;

  const { machine } = fileHeader;
  const facts: PeFacts = { machine, architecture: architectureOf(machine), managed: false };
  try {
    const headers = yield* readImageHeaders(fileHeader);
    facts.managed = headers.managed;
    const version = yield* readVersion(headers);
    if (version !== undefined) facts.version = version;
  } catch (error) {
    if (!(error instanceof PeError)) throw error;
    facts.damaged = error.message;
  }
  return facts;
}

function* readVersion(headers: ImageHeaders): Reading<PeVersion | undefined> {
  if (headers.resourceRva === 0) return undefined;
  const root = locateBehind('resource directory', headers, headers.resourceRva, headers.endOffset);
  const data = yield* findVersionResource(root.offset);
  if (data === undefined) return undefined;

  const resource = locateBehind('version resource', headers, data.rva, root.offset);
  const lengthBytes = Math.min(data.sizeBytes, resource.sizeBytes, MAX_VERSION_RESOURCE_BYTES);
  if (lengthBytes === 0) throw new PeError('CORRUPT', 'the version resource is empty');
  return parseVersionResource(yield* need('version resource', resource.offset, lengthBytes));
}

/** Where `what` is in the file. No linker puts it before `earliest`, and bytes before that are not kept. */
function locateBehind(what: string, headers: ImageHeaders, rva: number, earliest: number): FileRange {
  const range = locate(headers.sections, rva);
  const address = `0x${rva.toString(16)}`;
  if (range === undefined) {
    throw new PeError('CORRUPT', `the ${what} has the address ${address}, which is in no section`);
  }
  if (range.offset < earliest) {
    throw new PeError('CORRUPT', `the ${what} at byte ${range.offset} lies before what points to it`);
  }
  return range;
}
