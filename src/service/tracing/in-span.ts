// Runs a piece of work as a span of the current trace; costs next to nothing when nobody traces.
import { type Attributes, context, propagation, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { ClearstoryError } from '../../base/error.ts';

const TRACER = 'clearstory';

/**
 * `name` is one of few: what varies goes into the attributes, of which none may be a secret. What `work` throws passes
 * through and marks the span.
 */
export function inSpan<T>(
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return trace.getTracer(TRACER).startActiveSpan(name, { attributes }, (span) => recorded(span, work));
}

/** Headers for a request that goes out, so that the other side can join the trace; empty when there is none. */
export function traceHeaders(): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}

async function recorded<T>(span: Span, work: (span: Span) => Promise<T>): Promise<T> {
  try {
    return await work(span);
  } catch (error) {
    const isExpected = error instanceof ClearstoryError;
    if (isExpected) span.setAttribute('error.type', error.code);
    // Messages of others may hold addresses and tokens; ours do not.
    span.setStatus({ code: SpanStatusCode.ERROR, ...(isExpected && { message: error.message }) });
    throw error;
  } finally {
    span.end();
  }
}
