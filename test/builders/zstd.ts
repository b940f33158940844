// Writes zstd frames without a compressor, so that fixtures can be made on a Node without zstd.

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
/** Block_Maximum_Size of RFC 8878, section 3.1.1.2.4. */
const MAX_BLOCK_SIZE = 128 * 1024;
const RAW_BLOCK = 0;
const RLE_BLOCK = 1;

export interface ZstdFrameOptions {
  /** Announced window, 10 to 41 for 1 KiB to 2 TiB; default 20. */
  windowLog?: number;
  /** Bytes of content per block; default, and most, 128 KiB. */
  blockSize?: number;
}

/**
 * One zstd frame (RFC 8878, section 3.1.1) that decompresses to `content`: runs of one byte become RLE blocks,
 * all else raw blocks.
 */
export function zstdFrame(content: Uint8Array, options: ZstdFrameOptions = {}): Buffer {
  const blockSize = options.blockSize ?? MAX_BLOCK_SIZE;
  const header = Buffer.alloc(6);
  header.writeUInt32LE(MAGIC);
  // Frame_Header_Descriptor 0: no content size, no checksum, no dictionary, a window descriptor follows.
  header[5] = ((options.windowLog ?? 20) - 10) << 3;
  const parts: Buffer[] = [header];
  let start = 0;
  do {
    const block = content.subarray(start, start + blockSize);
    start += blockSize;
    const isRun = block.length > 0 && block.every((byte) => byte === block[0]);
    parts.push(blockHeader(isRun ? RLE_BLOCK : RAW_BLOCK, block.length, start >= content.length));
    parts.push(Buffer.from(isRun ? block.subarray(0, 1) : block));
  } while (start < content.length);
  return Buffer.concat(parts);
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
