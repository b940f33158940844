// A long JSON document that is made piece by piece and never stands in memory as one string.
import type { RenderedBody } from '../../model/rendered-body.ts';

const CHUNK_CHARACTERS = 256 * 1024;

export class ChunkedText {
  readonly #chunks: Uint8Array[] = [];
  #text: string;
  #bytes = 0;
  #isFirst = true;

  constructor(start: string) {
    this.#text = start;
  }

  /** Of what is complete so far, but for the last fraction of a megabyte. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Begins the next object or array. */
  add(text: string): void {
    this.#isFirst = true;
    this.#append(text);
  }

  /** The next member of an object or array, without the comma before it. */
  addMember(text: string): void {
    this.#append(this.#isFirst ? text : `,${text}`);
    this.#isFirst = false;
  }

  finish(end: string): RenderedBody {
    this.#append(end);
    this.#cut();
    return { plain: this.#chunks, plainBytes: this.#bytes };
  }

  #append(text: string): void {
    this.#text += text;
    if (this.#text.length >= CHUNK_CHARACTERS) this.#cut();
  }

  #cut(): void {
    const chunk = Buffer.from(this.#text);
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#text = '';
  }
}
