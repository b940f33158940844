// Takes note of the few files that bear witness to the operating system: kernel, core libraries, pending updates.
import { PeReader } from '../../formats/pe/pe-reader.ts';
import type { TarSink } from '../../formats/tar/tar-entry.ts';
import type { FileFacts } from '../../model/layer-facts.ts';
import type { CollectedFacts, LayerReader, WantedFile } from '../layer-reader.ts';

const SYSTEM32 = 'FILES/WINDOWS/SYSTEM32/';

/** Rebuilt in almost every cumulative update, so the highest of their versions is near the revision. */
const WITNESSES: ReadonlySet<string> = new Set(
  ['NTDLL.DLL', 'KERNELBASE.DLL', 'KERNEL32.DLL', 'NTOSKRNL.EXE'].map((name) => SYSTEM32 + name),
);

export const PENDING_FILE = 'FILES/WINDOWS/WINSXS/PENDING.XML';

export class SystemFiles implements LayerReader {
  readonly #files: FileFacts[] = [];

  wants(path: string): boolean {
    return WITNESSES.has(path) || path === PENDING_FILE;
  }

  open(file: WantedFile): TarSink | undefined {
    const { path, spelling, sizeBytes } = file;
    if (!WITNESSES.has(path)) {
      this.#files.push({ path, spelling, sizeBytes });
      return undefined;
    }
    const reader = new PeReader();
    return {
      write: (chunk) => reader.write(chunk),
      end: () => {
        const facts = reader.end();
        const pe = {
          ...(facts?.architecture ? { architecture: facts.architecture } : {}),
          ...(facts?.version ? { fileVersion: facts.version.file } : {}),
        };
        this.#files.push({ path, spelling, sizeBytes, pe });
      },
    };
  }

  finish(facts: CollectedFacts): void {
    facts.files.push(...this.#files);
  }
}
