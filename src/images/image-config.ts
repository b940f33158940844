// Reads the config of an image (image-spec: config.md).
import type { HistoryEntry, ImageConfig } from './image-source.ts';
import { JsonDocument } from './json-document.ts';
import { readDigest } from './manifest.ts';

/** Real configs have some kilobytes; 8 MiB is twice what registries allow a manifest. */
export const MAX_CONFIG_BYTES = 8 * 1024 * 1024;

/** Reads a config. Throws ImageError `INVALID_DOCUMENT`. */
export function parseImageConfig(bytes: Buffer, where: string): ImageConfig {
  const document = JsonDocument.parse(bytes, where);
  const rootfs = document.object('rootfs');
  if (rootfs === undefined) throw document.invalid('has no rootfs, so it is no image config');
  const osVersion = document.text('os.version');
  const variant = document.text('variant');
  const created = document.text('created');
  return {
    os: document.text('os') ?? 'unknown',
    architecture: document.text('architecture') ?? 'unknown',
    ...(osVersion !== undefined && { osVersion }),
    ...(variant !== undefined && { variant }),
    ...(created !== undefined && { created }),
    env: document.object('config')?.strings('Env') ?? [],
    history: document.objects('history').map(readHistoryEntry),
    diffIds: rootfs.strings('diff_ids').map((text) => readDigest(rootfs, text)),
  };
}

function readHistoryEntry(document: JsonDocument): HistoryEntry {
  const created = document.text('created');
  const createdBy = document.text('created_by');
  const comment = document.text('comment');
  return {
    ...(created !== undefined && { created }),
    ...(createdBy !== undefined && { createdBy }),
    ...(comment !== undefined && { comment }),
    emptyLayer: document.boolean('empty_layer'),
  };
}
