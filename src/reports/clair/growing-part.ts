// A part of a body that is compressed in other threads while it is still being made.
import { joinPieces } from '../../base/gzip-member.ts';
import { type BodyPart, bodyPart } from './body-parts.ts';

/** Some milliseconds of work in this thread and in another. */
const PIECE_CHARACTERS = 256 * 1024;

export class GrowingPart {
  readonly #pieces: Promise<BodyPart>[] = [];
  #text = '';
  #isEmpty = true;

  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** The next member of an object or array, without the comma before it. Whether it is time to let others have a turn. */
  addMember(text: string): boolean {
    this.#text += this.#isEmpty ? text : `,${text}`;
    this.#isEmpty = false;
    if (this.#text.length < PIECE_CHARACTERS) return false;
    this.#cut();
    return true;
  }

  async finish(): Promise<BodyPart> {
    if (this.#text !== '') this.#cut();
    return joinPieces(await Promise.all(this.#pieces));
  }

  #cut(): void {
    const piece = bodyPart(this.#text);
    // Waited for at the end, where a failure is heard of.
    piece.catch(() => undefined);
    this.#pieces.push(piece);
    this.#text = '';
  }
}
