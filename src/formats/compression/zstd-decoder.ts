// Streaming zstd decoder: drives the WebAssembly build of libzstd that the package zstddec carries.
import { ZSTDDecoder } from 'zstddec/stream';
import { CompressionError } from './compression-error.ts';

/** The part of libzstd's streaming API that the module exports; pointers and size_t are 32 bits. */
interface LibZstd {
  memory: { readonly buffer: ArrayBuffer };
  malloc(size: number): number;
  ZSTD_createDCtx(): number;
  ZSTD_decompressStream(context: number, output: number, input: number): number;
}

// The types of WebAssembly belong to the DOM library, which a command has no use for.
declare const WebAssembly: {
  instantiate(module: object, imports: object): Promise<{ exports: unknown }>;
};

/** Input is copied into the module in pieces of this size: libzstd's own unit is 128 KiB. */
const INPUT_SIZE = 256 * 1024;

/** Large pieces of output keep the cost per piece (copy, await, parser call) negligible. */
const OUTPUT_SIZE = 1024 * 1024;

/** `{ void* data; size_t size; size_t position }`, the shape of both ZSTD_inBuffer and ZSTD_outBuffer. */
const BUFFER_STRUCT_SIZE = 12;

/** libzstd returns errors as negated codes in size_t; the largest code is 120 (zstd_errors.h). */
const FIRST_ERROR = 0xffffff88;
const WINDOW_TOO_LARGE = 16;
const OUT_OF_MEMORY = 64;

// zstddec keeps one module instance for the whole process. Capturing the compiled module instead gives each
// stream an instance of its own: streams cannot disturb each other, and the memory of a large window is
// freed with its stream (WebAssembly memory never shrinks). `_init` is in zstddec's types but not in its
// documentation, so the package is pinned to an exact version.
class ModuleCapture extends ZSTDDecoder {
  module: object | undefined;

  constructor() {
    super();
    this._init = (result) => {
      this.module = result.module;
    };
  }
}

const capture = new ModuleCapture();

async function instantiate(): Promise<LibZstd> {
  await capture.init();
  if (capture.module === undefined) throw new Error('zstddec was initialised elsewhere in this process');
  const imports = { env: { emscripten_notify_memory_growth: () => {} } };
  const instance = await WebAssembly.instantiate(capture.module, imports);
  return instance.exports as LibZstd;
}

/**
 * Decodes one zstd stream: any number of frames, skippable frames among them (RFC 8878). Windows up to 128 MiB
 * (`zstd --long=27`, libzstd's own limit for streams) are accepted; memory stays below that plus a few MiB.
 *
 * This decoder serves every Node version: node:zlib's zstd (tried with 24.21) takes the end of a skippable
 * frame for the end of the stream and silently drops what follows.
 */
export class ZstdDecoder {
  readonly #lib: LibZstd;
  readonly #context: number;
  readonly #input: number;
  readonly #output: number;
  readonly #inputData: number;
  readonly #outputData: number;
  #insideFrame = false;

  static async create(): Promise<ZstdDecoder> {
    return new ZstdDecoder(await instantiate());
  }

  private constructor(lib: LibZstd) {
    this.#lib = lib;
    this.#context = lib.ZSTD_createDCtx();
    this.#input = lib.malloc(2 * BUFFER_STRUCT_SIZE);
    this.#output = this.#input + BUFFER_STRUCT_SIZE;
    this.#inputData = lib.malloc(INPUT_SIZE);
    this.#outputData = lib.malloc(OUTPUT_SIZE);
  }

  /** Yields what `chunk` decompresses to. Throws CompressionError `CORRUPT` or `TOO_LARGE`. */
  *decode(chunk: Uint8Array): Generator<Buffer> {
    for (let start = 0; start < chunk.length; start += INPUT_SIZE) {
      yield* this.#decodePiece(chunk.subarray(start, start + INPUT_SIZE));
    }
  }

  /** To be called at the end of the input. Throws CompressionError `TRUNCATED` in the middle of a frame. */
  finish(): void {
    if (this.#insideFrame) {
      throw new CompressionError('TRUNCATED', 'the zstd stream ends in the middle of a frame');
    }
  }

  *#decodePiece(piece: Uint8Array): Generator<Buffer> {
    new Uint8Array(this.#lib.memory.buffer).set(piece, this.#inputData);
    let consumed = 0;
    // Nothing is left behind at the end of a frame: libzstd keeps back its last byte until all output is fetched.
    while (consumed < piece.length) {
      this.#setBuffers(piece.length, consumed);
      const result = this.#lib.ZSTD_decompressStream(this.#context, this.#output, this.#input) >>> 0;
      if (result > FIRST_ERROR) throw decodingError(2 ** 32 - result);
      this.#insideFrame = result !== 0;

      // The memory may have grown, and so been replaced, during the call.
      const memory = this.#lib.memory.buffer;
      const view = new DataView(memory);
      consumed = view.getUint32(this.#input + 8, true);
      const produced = view.getUint32(this.#output + 8, true);
      if (produced > 0) yield Buffer.from(new Uint8Array(memory, this.#outputData, produced));
    }
  }

  #setBuffers(inputSize: number, inputPosition: number): void {
    const view = new DataView(this.#lib.memory.buffer);
    view.setUint32(this.#input, this.#inputData, true);
    view.setUint32(this.#input + 4, inputSize, true);
    view.setUint32(this.#input + 8, inputPosition, true);
    view.setUint32(this.#output, this.#outputData, true);
    view.setUint32(this.#output + 4, OUTPUT_SIZE, true);
    view.setUint32(this.#output + 8, 0, true);
  }
}

function decodingError(code: number): CompressionError {
  if (code === WINDOW_TOO_LARGE || code === OUT_OF_MEMORY) {
    return new CompressionError(
      'TOO_LARGE',
      'the zstd stream needs a window of more than 128 MiB; compress it again with --long=27 or less',
    );
  }
  return new CompressionError('CORRUPT', `the zstd stream is damaged (libzstd error ${code})`);
}
