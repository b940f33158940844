// Makes spans of what the service does, where the configuration asks for them; without, the calls all over the code do nothing.
import { setTimeout as sleep } from 'node:timers/promises';
import { context, DiagLogLevel, diag, propagation, trace } from '@opentelemetry/api';
import type { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import type { Logger } from '../../base/log.ts';
import type { TraceSettings } from '../configuration/trace-settings.ts';
import { AsyncContext } from './async-context.ts';
import { TraceParent } from './trace-parent.ts';

/** A collector that is away is told of this often: spans are sent every few seconds. */
const COMPLAINT_MS = 60_000;

/** A collector that is there answers in milliseconds; one that is not must not keep the process from ending. */
const STOP_MS = 2_000;

/** Throws ConfigurationError for certificates that cannot be read. What it returns sends what is left, and ends it. */
export async function startTracing(
  { exporter, probability }: TraceSettings,
  version: string,
  log: Logger,
): Promise<() => Promise<void>> {
  if (exporter === undefined) return async () => {};
  // Megabytes that nobody else needs.
  const {
    BasicTracerProvider,
    BatchSpanProcessor,
    ParentBasedSampler,
    SimpleSpanProcessor,
    TraceIdRatioBasedSampler,
  } = await import('@opentelemetry/sdk-trace-base');
  const { detectResources, envDetector, resourceFromAttributes } = await import('@opentelemetry/resources');
  const { openSpanExporter } = await import('./span-exporter.ts');
  const spans = await openSpanExporter(exporter);
  // What is read on a terminal is to be seen at once.
  const Processor = exporter.kind === 'stdout' ? SimpleSpanProcessor : BatchSpanProcessor;
  const provider = new BasicTracerProvider({
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES have the last word.
    resource: resourceFromAttributes({ 'service.name': 'clearstory', 'service.version': version }).merge(
      detectResources({ detectors: [envDetector] }),
    ),
    // A caller that traces a request wants to see our part of it.
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(probability) }),
    spanProcessors: [new Processor(spans)],
  });
  context.setGlobalContextManager(new AsyncContext());
  propagation.setGlobalPropagator(new TraceParent());
  trace.setGlobalTracerProvider(provider);
  reportFailures(log);
  return () => stop(provider, log);
}

async function stop(provider: BasicTracerProvider, log: Logger): Promise<void> {
  const deadline = new AbortController();
  const late = sleep(STOP_MS, 'late', { signal: deadline.signal, ref: false }).catch(() => undefined);
  try {
    const outcome = await Promise.race([provider.shutdown(), late]);
    if (outcome === 'late')
      log.warn({ reason: 'the collector is too slow' }, 'the last spans could not be sent');
  } catch (error) {
    log.warn({ reason: (error as Error).message }, 'the last spans could not be sent');
  }
  deadline.abort();
  for (const api of [trace, context, propagation, diag]) api.disable();
}

function reportFailures(log: Logger): void {
  let silentUntil = 0;
  const complain = (message: string): void => {
    if (Date.now() < silentUntil) return;
    silentUntil = Date.now() + COMPLAINT_MS;
    log.warn({ reason: message.slice(0, 500) }, 'spans cannot be sent');
  };
  const ignore = (): void => {};
  const logger = { error: complain, warn: ignore, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
}
