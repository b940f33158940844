// One entry of a tar archive, as its headers describe it.

/** `other` is every type that has no meaning in an image layer: devices, FIFOs, volume labels, unknown ones. */
export type TarEntryType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'other';

export interface TarEntry {
  /** As written in the archive: not normalised, and not to be trusted. */
  path: string;
  type: TarEntryType;
  /** Bytes of data that follow; 0 for links and directories. */
  sizeBytes: number;
  /** As written in the archive; links only. */
  linkPath?: string;
  /** PAX records that apply to the entry, global ones included, unknown keys (`MSWINDOWS.*`) included. */
  pax: ReadonlyMap<string, string>;
  /** Offset in the uncompressed archive of the entry's own header block; its data follow 512 bytes later. */
  offset: number;
}

/** Receives the data of one entry. A chunk is a view of the caller's buffer, valid only during the call. */
export interface TarSink {
  write(chunk: Buffer): void;
  end(): void;
}

/** v7 had no type for directories and marked them by a trailing slash. */
export function entryType(typeFlag: string, path: string): TarEntryType {
  switch (typeFlag) {
    case '\0':
      return path.endsWith('/') ? 'directory' : 'file';
    case '0':
    case '7': // a contiguous file
      return 'file';
    case '1':
      return 'hardlink';
    case '2':
      return 'symlink';
    case '5':
      return 'directory';
    default:
      return 'other';
  }
}

/**
 * Links, devices, directories and FIFOs have no data, whatever their size field says: historic tars put the size of
 * the target there. POSIX would let a pax writer store data with a hard link; GNU tar and Go don't read it, nor
 * do we. Unknown types have data, as POSIX demands.
 */
export function hasData(typeFlag: string): boolean {
  return typeFlag < '1' || typeFlag > '6';
}
