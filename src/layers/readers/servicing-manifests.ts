// Reads the servicing manifests of updates: which KB a package belongs to, and what it consists of.
import { MumError } from '../../formats/mum/mum-error.ts';
import { parseMum } from '../../formats/mum/parse-mum.ts';
import type { TarSink } from '../../formats/tar/tar-entry.ts';
import type { FileWarning, ServicingManifest } from '../../model/layer-facts.ts';
import type { CollectedFacts, LayerReader, WantedFile } from '../layer-reader.ts';
import { WholeFile } from './whole-file.ts';

/** The manifest of a cumulative update lists thousands of packages in a few megabytes; all others are small. */
const MAX_MANIFEST_BYTES = 32 * 1024 * 1024;

/** Packages of features and components lie there too: the registry says all there is to know of them. */
const MANIFEST = /^FILES\/WINDOWS\/SERVICING\/PACKAGES\/PACKAGE_[^/]*\.MUM$/;

export class ServicingManifests implements LayerReader {
  readonly #manifests: ServicingManifest[] = [];
  readonly #warnings: FileWarning[] = [];

  wants(path: string): boolean {
    return MANIFEST.test(path);
  }

  open({ spelling, sizeBytes }: WantedFile): TarSink | undefined {
    if (sizeBytes > MAX_MANIFEST_BYTES) {
      const reason = `it has ${sizeBytes} bytes; servicing manifests have less than ${MAX_MANIFEST_BYTES}`;
      this.#warnings.push({ path: spelling, reason });
      return undefined;
    }
    return new WholeFile(sizeBytes, (bytes) => this.#read(spelling, bytes));
  }

  finish(facts: CollectedFacts): void {
    facts.servicingManifests.push(...this.#manifests);
    facts.warnings.push(...this.#warnings);
  }

  #read(path: string, bytes: Buffer): void {
    try {
      const { identity, identifier, releaseType, children } = parseMum(bytes);
      this.#manifests.push({
        path,
        identity,
        ...(identifier === undefined ? {} : { identifier }),
        ...(releaseType === undefined ? {} : { releaseType }),
        // Components are named by the thousand; only updates have KBs to tell.
        children: children.filter((child) => /^Package_/i.test(child)),
      });
    } catch (error) {
      if (!(error instanceof MumError)) throw error;
      this.#warnings.push({ path, reason: error.message });
    }
  }
}
