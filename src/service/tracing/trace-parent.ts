// The headers of W3C Trace Context, by which a trace goes from one service to the next.
import {
  type Context,
  isSpanContextValid,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';

const PARENT = 'traceparent';

/** Version, trace, span, flags (section 3.2); later versions may add to it, and 255 is none. */
const FORMAT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/** `tracestate` is for vendors and not passed on, as the specification allows. */
export class TraceParent implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const span = trace.getSpanContext(context);
    if (!span || !isSpanContextValid(span)) return;
    const flags = span.traceFlags.toString(16).padStart(2, '0');
    setter.set(carrier, PARENT, `00-${span.traceId}-${span.spanId}-${flags}`);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const header = getter.get(carrier, PARENT);
    const [, traceId, spanId, flags] = FORMAT.exec(typeof header === 'string' ? header : '') ?? [];
    if (traceId === undefined || spanId === undefined || flags === undefined) return context;
    const span = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
    return isSpanContextValid(span) ? trace.setSpanContext(context, span) : context;
  }

  fields(): string[] {
    return [PARENT];
  }
}
