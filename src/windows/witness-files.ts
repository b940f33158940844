// The system files whose versions bear witness to the revision and architecture of Windows.
import type { Evidence } from '../model/inventory.ts';
import { parseWindowsVersion, type WindowsVersion } from '../model/windows-version.ts';
import { fileEvidence, type ImageContent } from './image-content.ts';

const SYSTEM32 = 'FILES/WINDOWS/SYSTEM32/';

/**
 * Rebuilt in almost every cumulative update, so the highest of their versions comes near the revision. A file that
 * was not rebuilt keeps the version of an earlier update, so none of them is ever newer than the system.
 */
const WITNESSES: readonly string[] = [
  'NTOSKRNL.EXE',
  'NTDLL.DLL',
  'KERNELBASE.DLL',
  'KERNEL32.DLL',
  'WIN32KFULL.SYS',
  'WIN32KBASE.SYS',
  'DRIVERS/TCPIP.SYS',
  'WINLOAD.EFI',
  'WOW64.DLL',
  'ADVAPI32.DLL',
  'RPCRT4.DLL',
  'MSHTML.DLL',
  'EDGEHTML.DLL',
].map((name) => SYSTEM32 + name);

/** Whoever cannot run these cannot run anything; only they are sure to be of the system's own architecture. */
const CORE: ReadonlySet<string> = new Set(
  ['NTOSKRNL.EXE', 'NTDLL.DLL', 'KERNELBASE.DLL'].map((name) => SYSTEM32 + name),
);

export interface FileWitness {
  readonly version: WindowsVersion;
  /** Of the core files only. */
  readonly architecture: string | undefined;
  readonly evidence: Evidence;
}

export function witnessFiles(files: ImageContent['files']): FileWitness[] {
  return WITNESSES.flatMap((path) => {
    const placed = files.get(path);
    const text = placed?.fact.pe?.fileVersion ?? '';
    const version = parseWindowsVersion(text);
    if (!placed || !version) return [];
    const architecture = CORE.has(path) ? placed.fact.pe?.architecture : undefined;
    return [{ version, architecture, evidence: fileEvidence(placed.fact.spelling, placed.layer, text) }];
  });
}

export function isWitness(path: string): boolean {
  return WITNESSES.includes(path);
}
