// Replays the transaction logs of a hive that was not closed properly.
import { BASE_BLOCK_BYTES, HEADER_BYTES, readBaseBlock } from './base-block.ts';
import { HiveError } from './hive-error.ts';
import { type LogEntry, readLogEntries } from './new-log.ts';
import { applyOldLog } from './old-log.ts';

export interface Recovered {
  readonly bytes: Buffer;
  readonly sequence: number;
}

const NEW_LOG = 6;

/**
 * The hive as Windows would recover it, or `undefined` when no log helps. `hive` and the logs are left as they
 * are; logs that are none, or another hive's, are passed over.
 */
export function recoverHive(hive: Buffer, logs: readonly Buffer[]): Buffer | undefined {
  const usable = logs.filter(isLog);
  const newer = usable.filter((log) => readBaseBlock(log).fileType === NEW_LOG);
  if (newer.length > 0) return applyNewLogs(hive, newer);
  const recovered = usable.flatMap((log) => applyOldLog(hive, log) ?? []);
  return recovered.sort((a, b) => b.sequence - a.sequence)[0]?.bytes;
}

function isLog(log: Buffer): boolean {
  try {
    const header = readBaseBlock(log);
    return header.checksumValid && header.fileType !== 0;
  } catch (error) {
    if (error instanceof HiveError) return false;
    throw error;
  }
}

interface LogRun {
  readonly log: Buffer;
  readonly entries: readonly LogEntry[];
}

/** Two logs take turns, so the one with the earlier entries goes first and the other must follow on. */
function applyNewLogs(hive: Buffer, logs: readonly Buffer[]): Buffer | undefined {
  const own = readBaseBlock(hive);
  const runs = consecutive(logs.map((log) => ({ log, entries: readLogEntries(log) })));
  const entries = runs.flatMap((run) => run.entries);
  const last = entries.at(-1);
  // What is older than the hive is in it already, and nothing newer means nothing to recover. Logs can begin long
  // after the numbers in the header: Windows writes pages back without counting there.
  if (!last || (own.checksumValid && last.sequence < own.secondarySequence)) return undefined;
  // New bins come whole in the logs: a hive cannot grow by more than they hold.
  const size = Math.max(hive.length, BASE_BLOCK_BYTES + last.binsBytes);
  if (size > runs.reduce((sum, { log }) => sum + log.length, hive.length)) return undefined;
  const bytes = Buffer.alloc(size);
  hive.copy(bytes);
  if (!own.checksumValid) {
    runs.at(-1)!.log.copy(bytes, 0, 0, HEADER_BYTES);
    bytes.writeUInt32LE(0, 28); // the copy in the log says that it is a log
  }
  for (const { pages } of entries) {
    for (const page of pages) {
      const at = BASE_BLOCK_BYTES + page.offset;
      if (at + page.bytes.length > bytes.length) return undefined;
      page.bytes.copy(bytes, at);
    }
  }
  return bytes;
}

/** The earliest log, and each later one, without what it repeats, as far as it follows without a gap. */
function consecutive(logs: readonly LogRun[]): LogRun[] {
  const sorted = logs
    .filter(({ entries }) => entries.length > 0)
    .sort((a, b) => a.entries[0]!.sequence - b.entries[0]!.sequence);
  const runs: LogRun[] = [];
  for (const { log, entries } of sorted) {
    const end = runs.at(-1)?.entries.at(-1)?.sequence;
    const more = end === undefined ? entries : entries.filter((entry) => entry.sequence > end);
    if (end === undefined || more[0]?.sequence === end + 1) runs.push({ log, entries: more });
  }
  return runs;
}
