// Reads one posted layer: the request at once, the bytes when it is its turn.

import { readPostedDigest } from '../../../base/digest.ts';
import type { Limiter } from '../../../base/limiter.ts';
import type { HttpClient } from '../../../images/network/http-client.ts';
import { parseLayerPath } from '../../../layers/layer-path.ts';
import { readLayer } from '../../../layers/read-layer.ts';
import type { LayerFacts } from '../../../model/layer-facts.ts';
import { LayerFailure, layerFailure } from '../layer-failure.ts';
import type { BufferLimit } from './buffer-limit.ts';
import { downloadLayer, shownLayer } from './layer-download.ts';
import { packFacts } from './packed-facts.ts';
import { isWindowsPath, type PeekedPlatform, peekPlatform } from './peek-platform.ts';
import { ReplayedBytes } from './replayed-bytes.ts';
import type { ReadResult, ReadTask, WorkerSetup } from './worker-messages.ts';

/** What all tasks of a worker share. */
export interface TaskTools {
  readonly http: HttpClient;
  readonly setup: WorkerSetup;
  readonly memory: BufferLimit;
  readonly turns: Limiter;
}

/** `onPlatform` is told what a first look says, when there is one. Throws LayerFailure. */
export async function readTask(
  { layer, peek }: ReadTask,
  { http, setup, memory, turns }: TaskTools,
  onPlatform: (platform: PeekedPlatform) => void,
): Promise<ReadResult> {
  const where = shownLayer(layer);
  const { signal, done } = timeLimit(where, setup.layerSeconds);
  const download = (): AsyncIterable<Uint8Array> =>
    downloadLayer(layer, { http, trust: setup.trust, signal });
  const stored = new ReplayedBytes(download());
  let bytes = 0;
  try {
    stored.begin();
    const peeked = peek ? await peekPlatform(stored.look()) : undefined;
    if (peeked) onPlatform(peeked);
    if (peeked === 'other') return { kind: 'read', facts: undefined, platform: peeked, bytes };
    let opened = false;
    const open = (): AsyncIterable<Uint8Array> => {
      // A second look, for hard links, is a second request.
      if (opened) return download();
      opened = true;
      return stored.rest();
    };
    const source = { open, where, digest: readPostedDigest(layer.hash), diffId: undefined };
    const onBytes = (count: number): void => {
      bytes += count;
    };
    const onFile = (size: number): void => memory.onFile(size);
    const { facts, packed } = await turns.run(async () => {
      signal.throwIfAborted();
      const read = await readLayer({ ...source, onBytes, onFile });
      return { facts: read, packed: await packFacts(read) };
    });
    return { kind: 'read', facts: packed, platform: platformOf(facts), bytes };
  } catch (error) {
    throw layerFailure(where, error);
  } finally {
    done();
    await stored.close().catch(() => undefined);
  }
}

/** By all of its names; the component store and UtilityVM are not among them, but what stands in them stands for more. */
function platformOf(facts: LayerFacts): PeekedPlatform {
  if (facts.entries === 0) return 'empty';
  const folders = Object.keys(facts.names);
  const isWindows =
    facts.hives.length > 0 ||
    facts.whiteouts.some(isWindowsPath) ||
    folders.some((folder) => isWindowsPath(parseLayerPath(folder).path));
  return isWindows ? 'windows' : 'other';
}

/** A server that sends a byte now and then must not hold a place for ever. */
function timeLimit(where: string, seconds: number): { signal: AbortSignal; done: () => void } {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    const message = `${where}: it is not read after ${seconds} seconds; is the line slow? Post the manifest again`;
    controller.abort(new LayerFailure('NOT_NOW', message));
  }, seconds * 1000);
  return { signal: controller.signal, done: () => clearTimeout(timer) };
}
