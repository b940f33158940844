// The span of a request: where it came from, which route took it, how it ended.

import type { IncomingMessage } from 'node:http';
import {
  type Context,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

const tracer = trace.getTracer('clearstory');

export class RequestSpan {
  readonly #span: Span;
  readonly #context: Context;

  constructor({ headers, method = '' }: IncomingMessage) {
    const parent = propagation.extract(context.active(), headers);
    const attributes = { 'http.request.method': method };
    this.#span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
    this.#context = trace.setSpan(parent, this.#span);
  }

  /** Spans that `work` makes are parts of this one. */
  around<T>(work: () => Promise<T>): Promise<T> {
    return context.with(this.#context, work);
  }

  end(method: string, route: string | undefined, status: number, digest: string | undefined): void {
    if (route !== undefined) {
      this.#span.updateName(`${method} ${route}`);
      this.#span.setAttribute('http.route', route);
    }
    if (digest !== undefined) this.#span.setAttribute('clearstory.manifest', digest);
    this.#span.setAttribute('http.response.status_code', status);
    if (status >= 500) this.#span.setStatus({ code: SpanStatusCode.ERROR });
    this.#span.end();
  }
}
