// What an endpoint says: a status, headers and a body that is complete before its first byte is sent.
import type { RenderedBody } from '../model/rendered-body.ts';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly mediaType?: string;
  readonly body?: RenderedBody;
}

/** The body that is the one given text. */
export function textBody(text: string): RenderedBody {
  const bytes = Buffer.from(text);
  return { plain: [bytes], plainBytes: bytes.length };
}

export function jsonBody(value: unknown): RenderedBody {
  return textBody(JSON.stringify(value));
}
