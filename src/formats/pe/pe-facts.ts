// What is read out of a PE file: for which processor it is, and what it says of itself.

/** The processor a PE file is for, in the words of the OCI image specification. */
export type PeArchitecture = 'amd64' | 'arm64' | '386' | 'arm';

export interface PeFacts {
  /** IMAGE_FILE_HEADER.Machine as it stands in the file. */
  machine: number;
  /** `undefined` for a machine that no Windows container runs on. A managed "any CPU" file states 386. */
  architecture: PeArchitecture | undefined;
  /** Whether there is a CLR header, that is, .NET code or metadata (.winmd). */
  managed: boolean;
  version?: PeVersion;
  /** Why the version could not be looked for, as a sentence without the file's name; absent in a sound file. */
  damaged?: string;
}

export interface PeVersion {
  /** Four numbers of 16 bits, "10.0.17763.1697", from VS_FIXEDFILEINFO. */
  file: string;
  /** As `file`, the version of the product the file came with. */
  product: string;
  /** The entries of StringFileInfo that `VERSION_STRINGS` names, trimmed; empty ones are left out. */
  strings: Readonly<Record<string, string>>;
}

/** Entries of StringFileInfo that help to tell what a file is; others (copyright, trademarks, comments) do not. */
export const VERSION_STRINGS = [
  'FileVersion',
  'ProductVersion',
  'ProductName',
  'CompanyName',
  'OriginalFilename',
  'FileDescription',
  'InternalName',
] as const;

const ARCHITECTURES: ReadonlyMap<number, PeArchitecture> = new Map([
  [0x014c, '386'],
  [0x01c0, 'arm'],
  [0x01c2, 'arm'],
  [0x01c4, 'arm'],
  [0x8664, 'amd64'],
  [0xaa64, 'arm64'],
]);

/** The architecture of an IMAGE_FILE_MACHINE_* value. */
export function architectureOf(machine: number): PeArchitecture | undefined {
  return ARCHITECTURES.get(machine);
}
