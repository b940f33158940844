// Reads the registry hives of a layer, full or differencing, with their transaction logs.
import { openHive } from '../../formats/regf/hive.ts';
import { HiveError } from '../../formats/regf/hive-error.ts';
import type { TarSink } from '../../formats/tar/tar-entry.ts';
import type { FileWarning, HiveFacts } from '../../model/layer-facts.ts';
import { extractKeys } from '../../windows/registry/extract.ts';
import { REGISTRY_INTERESTS } from '../../windows/registry/interests.ts';
import type { CollectedFacts, LayerReader, WantedFile } from '../layer-reader.ts';
import { WholeFile } from './whole-file.ts';

/**
 * Real SOFTWARE hives have some tens of megabytes, of full servers up to about a hundred. They are read at
 * random, so they are held in memory, one at a time; four times the largest is no hive of an image.
 */
const MAX_HIVE_BYTES = 400 * 1024 * 1024;

/** Windows keeps logs far smaller than the hive; beyond this they are not worth the memory. */
const MAX_LOG_BYTES = 64 * 1024 * 1024;

/**
 * Hives that wait for their logs are held all at once, with the logs that came so far, and a layer may have one for every
 * user. Those of a full server, all of them left open, have less than half of this.
 */
const MAX_WAITING_BYTES = 512 * 1024 * 1024;

const CONFIG = 'FILES/WINDOWS/SYSTEM32/CONFIG/';
const HIVE_PATHS: ReadonlyMap<string, Pick<HiveFacts, 'hive' | 'role'>> = new Map([
  [`${CONFIG}SOFTWARE`, { hive: 'SOFTWARE', role: 'base' }],
  [`${CONFIG}SYSTEM`, { hive: 'SYSTEM', role: 'base' }],
  [`${CONFIG}DEFAULT`, { hive: 'DEFAULT', role: 'base' }],
  ['HIVES/SOFTWARE_DELTA', { hive: 'SOFTWARE', role: 'delta' }],
  ['HIVES/SYSTEM_DELTA', { hive: 'SYSTEM', role: 'delta' }],
  ['HIVES/DEFAULTUSER_DELTA', { hive: 'DEFAULT', role: 'delta' }],
]);
/** There are no differencing hives of users: a layer that changes one brings it whole. */
const USER_HIVE = /^FILES\/USERS\/[^/]+\/NTUSER\.DAT$/;
const LOG = /^(.+)\.LOG[12]$/;

export class RegistryHives implements LayerReader {
  readonly #read: HiveFacts[] = [];
  readonly #warnings: FileWarning[] = [];
  /** Hives that were not closed properly wait for their logs. */
  readonly #dirty = new Map<string, { spelling: string; bytes: Buffer }>();
  readonly #clean = new Set<string>();
  readonly #logs = new Map<string, Buffer[]>();
  #waitingBytes = 0;

  wants(path: string): boolean {
    return hiveAt(path) !== undefined || hiveAt(LOG.exec(path)?.[1] ?? '') !== undefined;
  }

  open(file: WantedFile): TarSink | undefined {
    if (hiveAt(file.path)) return this.#openHive(file);
    const hivePath = LOG.exec(file.path)?.[1] ?? '';
    if (this.#clean.has(hivePath) || file.sizeBytes > MAX_LOG_BYTES || !this.#canWait(file)) return undefined;
    return new WholeFile(file.sizeBytes, (bytes) => {
      this.#logs.set(hivePath, [...(this.#logs.get(hivePath) ?? []), bytes]);
    });
  }

  finish(facts: CollectedFacts): void {
    for (const [path, { spelling, bytes }] of this.#dirty) {
      this.#read.push(this.#readHive(path, spelling, bytes, this.#logs.get(path) ?? []));
    }
    facts.hives.push(...this.#read);
    facts.warnings.push(...this.#warnings);
  }

  #openHive({ path, spelling, sizeBytes }: WantedFile): TarSink | undefined {
    if (sizeBytes > MAX_HIVE_BYTES) {
      const reason = `it has ${sizeBytes} bytes; hives of images have less than ${MAX_HIVE_BYTES}`;
      this.#read.push(this.#damaged(path, spelling, sizeBytes, reason));
      return undefined;
    }
    return new WholeFile(sizeBytes, (bytes) => {
      const facts = this.#readHive(path, spelling, bytes, []);
      if (facts.state === 'dirty' && this.#canWait({ spelling, sizeBytes })) {
        this.#dirty.set(path, { spelling, bytes });
      } else {
        this.#clean.add(path);
        this.#read.push(facts);
      }
    });
  }

  #canWait({ spelling, sizeBytes }: Pick<WantedFile, 'spelling' | 'sizeBytes'>): boolean {
    if (this.#waitingBytes + sizeBytes > MAX_WAITING_BYTES) {
      const limit = `${MAX_WAITING_BYTES / 2 ** 20} MiB`;
      const reason = `hives of this layer that were not closed have together, with their logs, over ${limit}; this is left out when they are recovered`;
      this.#warnings.push({ path: spelling, reason });
      return false;
    }
    this.#waitingBytes += sizeBytes;
    return true;
  }

  #readHive(path: string, spelling: string, bytes: Buffer, logs: readonly Buffer[]): HiveFacts {
    const common = { ...hiveAt(path)!, path: spelling, sizeBytes: bytes.length };
    if (bytes.length === 0) return { ...common, state: 'empty' };
    try {
      const hive = openHive(bytes, { logs });
      return { ...common, state: hive.state, root: extractKeys(hive, common.hive, REGISTRY_INTERESTS) };
    } catch (error) {
      if (!(error instanceof HiveError)) throw error;
      return this.#damaged(path, spelling, bytes.length, error.message);
    }
  }

  /** The rest of the image is good for an answer, if an uncertain one. */
  #damaged(path: string, spelling: string, sizeBytes: number, reason: string): HiveFacts {
    this.#warnings.push({ path: spelling, reason });
    return { ...hiveAt(path)!, path: spelling, sizeBytes, state: 'damaged' };
  }
}

function hiveAt(path: string): Pick<HiveFacts, 'hive' | 'role'> | undefined {
  return HIVE_PATHS.get(path) ?? (USER_HIVE.test(path) ? { hive: 'USER', role: 'base' } : undefined);
}
