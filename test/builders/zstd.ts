// Writes zstd frames without a compressor, so that fixtures can be made on a Node without zstd.

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
/** Block_Maximum_Size of RFC 8878, section 3.1.1.2.4. */
const MAX_BLOCK_SIZE = 128 * 1024;
const RAW_BLOCK = 0;
const RLE_BLOCK = 1;

/**
 * One zstd frame (RFC 8878, section 3.1.1) that decompresses to `content`: runs of one byte become RLE blocks,
 * all else raw blocks. `windowLog` (10 to 41) sets the announced window, 1 MiB when left out.
 */
export function zstdFrame(content: Uint8Array, options: { windowLog?: number } = {}): Buffer {
  const header = Buffer.alloc(6);
  header.writeUInt32LE(MAGIC);
  // Frame_Header_Descriptor 0: no content size, no checksum, no dictionary, a window descriptor follows.
  header[5] = ((options.windowLog ?? 20) - 10) << 3;
  const blocks: Buffer[] = [];
  for (let start = 0; start < content.length; start += MAX_BLOCK_SIZE) {
    const block = content.subarray(start, start + MAX_BLOCK_SIZE);
    const isRun = block.every((byte) => byte === block[0]);
    blocks.push(blockHeader(isRun ? RLE_BLOCK : RAW_BLOCK, block.length, false));
    blocks.push(Buffer.from(isRun ? block.subarray(0, 1) : block));
  }
  return Buffer.concat([header, ...blocks, blockHeader(RAW_BLOCK, 0, true)]);
}

/** A skippable frame (RFC 8878, section 3.1.2) holding `content`, which decompresses to nothing. */
export function zstdSkippableFrame(content: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(SKIPPABLE_MAGIC);
  header.writeUInt32LE(content.length, 4);
  return Buffer.concat([header, content]);
}

function blockHeader(type: number, sizeBytes: number, isLast: boolean): Buffer {
  const header = Buffer.alloc(3);
  header.writeUIntLE((sizeBytes << 3) | (type << 1) | (isLast ? 1 : 0), 0, 3);
  return header;
}
