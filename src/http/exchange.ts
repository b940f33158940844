// One request and its answer: what is measured, logged and counted of it, and how the answer is written.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Logger, logContext } from '../base/log.ts';
import type { Answer } from './answer.ts';
import { type ContentEncoding, encodeBody } from './content-encoding.ts';
import { groupMetrics } from './http-metrics.ts';
import { closeAfterAnswer } from './lingering-close.ts';
import { requestIdOf } from './request-id.ts';
import { RequestSpan } from './request-span.ts';
import type { Route } from './route.ts';

/** A client that takes nothing for so long will take no more; a report has a few megabytes at most. */
const SILENCE_MS = 60_000;

export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly #log: Logger;
  readonly #requestId: string;
  readonly #span: RequestSpan;
  readonly #started = performance.now();
  readonly #gone = new AbortController();
  #route: Route | undefined;
  #digest: string | undefined;
  #bytes = 0;

  constructor(request: IncomingMessage, response: ServerResponse, log: Logger) {
    this.request = request;
    this.response = response;
    this.#log = log;
    this.#requestId = requestIdOf(request.headers['x-request-id']);
    this.#span = new RequestSpan(request);
    response.setHeader('x-request-id', this.#requestId);
    response.once('close', () => logContext.run({ requestId: this.#requestId }, () => this.#end()));
  }

  /** What `work` logs carries the id of the request. */
  inContext<T>(work: () => Promise<T>): Promise<T> {
    return this.#span.around(() => logContext.run({ requestId: this.#requestId }, work));
  }

  /** Fires when the client went away before it was answered. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  isAbout(digest: string): void {
    this.#digest = digest;
  }

  /** Counts the request from here on as one of this route. */
  enter(route: Route): void {
    this.#route = route;
    groupMetrics[route.group].begin(route.name);
  }

  /** `mayStay`: the connection is to be used again. */
  async send(answer: Answer, encoding: ContentEncoding, mayStay: boolean): Promise<void> {
    const { request, response } = this;
    const body = answer.body && (await encodeBody(answer.body, encoding));
    if (response.destroyed) return;
    response.statusCode = answer.status;
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
    if (answer.mediaType !== undefined) response.setHeader('content-type', answer.mediaType);
    if (body && body.encoding !== 'identity') response.setHeader('content-encoding', body.encoding);
    // The same report has one tag and several encodings: caches between us and the client must not mix them up.
    if (answer.body) response.setHeader('vary', 'Accept-Encoding');
    if (answer.status !== 204 && answer.status !== 304)
      response.setHeader('content-length', body?.bytes ?? 0);
    if (!mayStay) response.setHeader('connection', 'close');
    closeAfterAnswer(request, response);
    if (request.method === 'HEAD' || body === undefined) {
      response.end();
      return;
    }
    response.setTimeout(SILENCE_MS, () => response.destroy());
    // One system call for the head and all pieces; the pieces are shared with other answers, so queueing them costs nothing.
    response.cork();
    for (const piece of body.pieces) response.write(piece);
    response.end();
    response.uncork();
    this.#bytes = body.bytes;
  }

  #end(): void {
    const { request, response } = this;
    if (!response.writableFinished) this.#gone.abort();
    // The status that nginx and Clair have for a client that left.
    const status = response.headersSent ? response.statusCode : 499;
    const seconds = (performance.now() - this.#started) / 1000;
    const method = request.method ?? '';
    if (this.#route) {
      groupMetrics[this.#route.group].end({
        handler: this.#route.name,
        method,
        status,
        seconds,
        requestBytes: Number(request.headers['content-length']) || 0,
        responseBytes: this.#bytes,
      });
    }
    this.#span.end(method, this.#route?.name, status, this.#digest);
    this.#log.info(
      {
        method,
        route: this.#route?.name ?? 'none',
        ...(this.#digest !== undefined && { digest: this.#digest }),
        status,
        ms: Math.round(seconds * 10_000) / 10,
        bytes: this.#bytes,
      },
      'request',
    );
  }
}
