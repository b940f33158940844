// Reads the headers of a PE file, from "MZ" to the section table.
import { need, type Reading, request } from './byte-request.ts';
import { PeError } from './pe-error.ts';
import { readSections, SECTION_HEADER_BYTES, type Section } from './sections.ts';

const MZ = 0x5a4d;
const DOS_HEADER_BYTES = 64;
const NEW_HEADER_OFFSET = 0x3c;

/** "PE\0\0" and IMAGE_FILE_HEADER. */
const PE_SIGNATURE = 0x4550;
const FILE_HEADER_BYTES = 24;
const FILE_HEADER = { machine: 4, sectionCount: 6, optionalHeaderBytes: 20 };

/**
 * Optional header and section table together. Linkers write 240 bytes and a dozen sections of 40 bytes, and the
 * Windows loader long took no more than 96; this allows sixteen times as many.
 */
const MAX_HEADER_BYTES = 64 * 1024;

const MAGIC_PE32 = 0x10b;
const MAGIC_PE32_PLUS = 0x20b;
const FILE_ALIGNMENT = 36;
const RESOURCE_DIRECTORY = 2;
const CLR_DIRECTORY = 14;

export interface FileHeader {
  /** Where "PE\0\0" stands. */
  offset: number;
  machine: number;
  sectionCount: number;
  optionalHeaderBytes: number;
}

export interface ImageHeaders {
  /** Where the section table ends. */
  endOffset: number;
  managed: boolean;
  /** Relative virtual address of the resource directory; 0 when there is none. */
  resourceRva: number;
  sections: readonly Section[];
}

/** `undefined` when the file is not a PE file: no "MZ", a DOS or 16-bit Windows program, or cut before this header. */
export function* readFileHeader(): Reading<FileHeader | undefined> {
  const magic = yield* request(0, 2);
  if (magic?.readUInt16LE() !== MZ) return undefined;

  const dosHeader = yield* request(0, DOS_HEADER_BYTES);
  if (dosHeader === undefined) return undefined;
  const offset = dosHeader.readUInt32LE(NEW_HEADER_OFFSET);

  const bytes = yield* request(offset, FILE_HEADER_BYTES);
  if (bytes?.readUInt32LE() !== PE_SIGNATURE) return undefined;
  return {
    offset,
    machine: bytes.readUInt16LE(FILE_HEADER.machine),
    sectionCount: bytes.readUInt16LE(FILE_HEADER.sectionCount),
    optionalHeaderBytes: bytes.readUInt16LE(FILE_HEADER.optionalHeaderBytes),
  };
}

/**
 * The headers behind the file header, PE32 or PE32+. Throws PeError.
 * Layout: "PE Format", https://learn.microsoft.com/windows/win32/debug/pe-format
 */
export function* readImageHeaders(fileHeader: FileHeader): Reading<ImageHeaders> {
  const { optionalHeaderBytes, sectionCount } = fileHeader;
  const offset = fileHeader.offset + FILE_HEADER_BYTES;
  const lengthBytes = optionalHeaderBytes + sectionCount * SECTION_HEADER_BYTES;
  if (lengthBytes > MAX_HEADER_BYTES) {
    throw new PeError('TOO_LARGE', `the headers have ${lengthBytes} bytes, the limit is ${MAX_HEADER_BYTES}`);
  }
  if (optionalHeaderBytes < FILE_ALIGNMENT + 4) {
    throw new PeError(
      'CORRUPT',
      `the optional header at byte ${offset} has only ${optionalHeaderBytes} bytes`,
    );
  }

  const bytes = yield* need('headers', offset, lengthBytes);
  const optionalHeader = bytes.subarray(0, optionalHeaderBytes);
  const directoryRva = dataDirectories(optionalHeader);
  return {
    endOffset: offset + lengthBytes,
    managed: directoryRva(CLR_DIRECTORY) !== 0,
    resourceRva: directoryRva(RESOURCE_DIRECTORY),
    sections: readSections(bytes.subarray(optionalHeaderBytes), optionalHeader.readUInt32LE(FILE_ALIGNMENT)),
  };
}

/** Gives the address of a data directory, 0 for one that is not there. */
function dataDirectories(optionalHeader: Buffer): (index: number) => number {
  const start = dataDirectoriesOffset(optionalHeader.readUInt16LE());
  // A file may state more directories than its optional header has room for.
  const room = Math.floor((optionalHeader.length - start) / 8);
  const count = room > 0 ? Math.min(room, optionalHeader.readUInt32LE(start - 4)) : 0;
  return (index) => (index < count ? optionalHeader.readUInt32LE(start + index * 8) : 0);
}

function dataDirectoriesOffset(magic: number): number {
  if (magic === MAGIC_PE32) return 96;
  if (magic === MAGIC_PE32_PLUS) return 112;
  throw new PeError('CORRUPT', `the optional header begins with 0x${magic.toString(16)}, not 0x10b or 0x20b`);
}
