// Reads the SOFTWARE and SYSTEM hives of a layer, full or differencing, with their transaction logs.
import { openHive } from '../../formats/regf/hive.ts';
import { HiveError } from '../../formats/regf/hive-error.ts';
import type { TarSink } from '../../formats/tar/tar-entry.ts';
import type { HiveFacts, HiveName } from '../../model/layer-facts.ts';
import { extractKeys } from '../../windows/registry/extract.ts';
import { REGISTRY_INTERESTS } from '../../windows/registry/interests.ts';
import { LayerError } from '../layer-error.ts';
import type { CollectedFacts, LayerReader, WantedFile } from '../layer-reader.ts';

/**
 * Real SOFTWARE hives have some tens of megabytes, of full servers up to about a hundred. They are read at
 * random, so they are held in memory, one at a time; four times the largest is no hive of an image.
 */
const MAX_HIVE_BYTES = 400 * 1024 * 1024;

/** Windows keeps logs far smaller than the hive; beyond this they are not worth the memory. */
const MAX_LOG_BYTES = 64 * 1024 * 1024;

const CONFIG = 'FILES/WINDOWS/SYSTEM32/CONFIG/';
const HIVE_PATHS: ReadonlyMap<string, Pick<HiveFacts, 'hive' | 'role'>> = new Map([
  [`${CONFIG}SOFTWARE`, { hive: 'SOFTWARE', role: 'base' }],
  [`${CONFIG}SYSTEM`, { hive: 'SYSTEM', role: 'base' }],
  ['HIVES/SOFTWARE_DELTA', { hive: 'SOFTWARE', role: 'delta' }],
  ['HIVES/SYSTEM_DELTA', { hive: 'SYSTEM', role: 'delta' }],
]);
const LOG = /^(.+)\.LOG[12]$/;

export class RegistryHives implements LayerReader {
  readonly #read: HiveFacts[] = [];
  /** Hives that were not closed properly wait for their logs. */
  readonly #dirty = new Map<string, { spelling: string; bytes: Buffer }>();
  readonly #clean = new Set<string>();
  readonly #logs = new Map<string, Buffer[]>();

  wants(path: string): boolean {
    return HIVE_PATHS.has(path) || HIVE_PATHS.has(LOG.exec(path)?.[1] ?? '');
  }

  open(file: WantedFile): TarSink | undefined {
    if (HIVE_PATHS.has(file.path)) return this.#openHive(file);
    const hivePath = LOG.exec(file.path)?.[1] ?? '';
    if (this.#clean.has(hivePath) || file.sizeBytes > MAX_LOG_BYTES) return undefined;
    return new WholeFile(file.sizeBytes, (bytes) => {
      this.#logs.set(hivePath, [...(this.#logs.get(hivePath) ?? []), bytes]);
    });
  }

  finish(facts: CollectedFacts): void {
    for (const [path, { spelling, bytes }] of this.#dirty) {
      this.#take(path, spelling, bytes, this.#logs.get(path) ?? []);
    }
    facts.hives.push(...this.#read);
  }

  #openHive(file: WantedFile): TarSink | undefined {
    if (file.sizeBytes > MAX_HIVE_BYTES) {
      throw new LayerError(
        'TOO_LARGE',
        `${file.spelling} has ${file.sizeBytes} bytes; hives of images have less than ${MAX_HIVE_BYTES}`,
      );
    }
    return new WholeFile(file.sizeBytes, (bytes) => {
      if (this.#take(file.path, file.spelling, bytes, []) === 'dirty') {
        this.#read.pop();
        this.#dirty.set(file.path, { spelling: file.spelling, bytes });
      } else {
        this.#clean.add(file.path);
      }
    });
  }

  #take(path: string, spelling: string, bytes: Buffer, logs: readonly Buffer[]): HiveFacts['state'] {
    const { hive: name, role } = HIVE_PATHS.get(path)!;
    const common = { hive: name, role, path: spelling, sizeBytes: bytes.length };
    if (bytes.length === 0) {
      this.#read.push({ ...common, state: 'empty' });
      return 'empty';
    }
    const { state, root } = readHive(name, spelling, bytes, logs);
    this.#read.push({ ...common, state, root });
    return state;
  }
}

function readHive(
  name: HiveName,
  spelling: string,
  bytes: Buffer,
  logs: readonly Buffer[],
): Pick<HiveFacts, 'state'> & Required<Pick<HiveFacts, 'root'>> {
  try {
    const hive = openHive(bytes, { logs });
    return { state: hive.state, root: extractKeys(hive, name, REGISTRY_INTERESTS) };
  } catch (error) {
    if (!(error instanceof HiveError)) throw error;
    throw new LayerError('UNREADABLE', `${spelling}: ${error.message}`, { cause: error });
  }
}

/** Collects one file; the tar parser guarantees that exactly `sizeBytes` arrive before `end`. */
class WholeFile implements TarSink {
  readonly #bytes: Buffer;
  readonly #done: (bytes: Buffer) => void;
  #filled = 0;

  constructor(sizeBytes: number, done: (bytes: Buffer) => void) {
    this.#bytes = Buffer.allocUnsafe(sizeBytes);
    this.#done = done;
  }

  write(chunk: Buffer): void {
    this.#filled += chunk.copy(this.#bytes, this.#filled);
  }

  end(): void {
    this.#done(this.#bytes);
  }
}
