// Takes from every PE file who it says it is: architecture, versions, product; and of Go programs their modules.
import { GoBuildInfoReader } from '../../formats/dependencies/go-build-info.ts';
import type { PeFacts as ReadFacts } from '../../formats/pe/pe-facts.ts';
import { PeReader } from '../../formats/pe/pe-reader.ts';
import type { TarSink } from '../../formats/tar/tar-entry.ts';
import type { Dependency } from '../../model/dependency.ts';
import type { FileFacts, FileWarning, PeFacts } from '../../model/layer-facts.ts';
import type { CollectedFacts, LayerReader, WantedFile } from '../layer-reader.ts';

/** "MZ", the header that follows it and one section: less is no program. */
const MIN_PE_BYTES = 97;

/** The list of modules may stand anywhere in a program; Microsoft writes nothing of Windows in Go. */
const GO_PROGRAM = /^FILES\/(?!WINDOWS\/).*\.EXE$/;

export class PeFiles implements LayerReader {
  readonly #files: FileFacts[] = [];
  readonly #warnings: FileWarning[] = [];

  /** Any name may be a program: the first two bytes tell. */
  wants(path: string): boolean {
    return path.startsWith('FILES/');
  }

  open({ path, spelling, sizeBytes }: WantedFile): TarSink | undefined {
    if (sizeBytes < MIN_PE_BYTES) return undefined;
    const go = GO_PROGRAM.test(path) ? new GoBuildInfoReader() : undefined;
    return new PeSink(sizeBytes, go, (facts, modules) => {
      if (facts.damaged !== undefined) this.#warnings.push({ path: spelling, reason: facts.damaged });
      this.#files.push({
        path,
        spelling,
        sizeBytes,
        pe: { ...peFacts(facts), ...(modules ? { go: modules } : {}) },
      });
    });
  }

  finish(facts: CollectedFacts): void {
    for (const file of this.#files) facts.files.push(file);
    for (const warning of this.#warnings) facts.warnings.push(warning);
  }
}

/** Made for every file of a layer, so it does nothing for one that does not begin like a program. */
class PeSink implements TarSink {
  readonly #sizeBytes: number;
  readonly #go: GoBuildInfoReader | undefined;
  readonly #done: (facts: ReadFacts, modules: readonly Dependency[] | undefined) => void;
  #reader: PeReader | undefined;
  #started = false;

  constructor(
    sizeBytes: number,
    go: GoBuildInfoReader | undefined,
    done: (facts: ReadFacts, modules: readonly Dependency[] | undefined) => void,
  ) {
    this.#sizeBytes = sizeBytes;
    this.#go = go;
    this.#done = done;
  }

  write(chunk: Buffer): void {
    if (!this.#started && chunk.length > 0) {
      this.#started = true;
      if (chunk[0] === 0x4d) this.#reader = new PeReader(this.#sizeBytes);
    }
    if (!this.#reader) return;
    if (!this.#reader.done) this.#reader.write(chunk);
    this.#go?.write(chunk);
  }

  end(): void {
    const facts = this.#reader?.end();
    if (facts) this.#done(facts, this.#go?.end());
  }
}

function peFacts({ architecture, version }: ReadFacts): PeFacts {
  const { ProductVersion, ProductName, CompanyName, OriginalFilename } = version?.strings ?? {};
  return {
    ...(architecture === undefined ? {} : { architecture }),
    ...(version === undefined ? {} : { fileVersion: version.file }),
    ...(ProductVersion === undefined ? {} : { productVersion: ProductVersion }),
    ...(ProductName === undefined ? {} : { productName: ProductName }),
    ...(CompanyName === undefined ? {} : { companyName: CompanyName }),
    ...(OriginalFilename === undefined ? {} : { originalName: OriginalFilename }),
  };
}
