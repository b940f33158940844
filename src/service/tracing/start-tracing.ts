// Makes spans of what the service does, where the configuration asks for them; without, the calls all over the code do nothing.
import { context, DiagLogLevel, diag, propagation, trace } from '@opentelemetry/api';
import type { Logger } from '../../base/log.ts';
import type { TraceSettings } from '../configuration/trace-settings.ts';
import { AsyncContext } from './async-context.ts';
import { TraceParent } from './trace-parent.ts';

/** A collector that is away is told of this often: spans are sent every few seconds. */
const COMPLAINT_MS = 60_000;

/** What it returns sends what is left, and ends it. */
export async function startTracing(
  { exporter, probability }: TraceSettings,
  version: string,
  log: Logger,
): Promise<() => Promise<void>> {
  if (exporter === undefined) return async () => {};
  // Megabytes that nobody else needs.
  const { BasicTracerProvider, BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler } =
    await import('@opentelemetry/sdk-trace-base');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  const { openSpanExporter } = await import('./span-exporter.ts');
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'clearstory', 'service.version': version }),
    // A caller that traces a request wants to see our part of it.
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(probability) }),
    spanProcessors: [new BatchSpanProcessor(await openSpanExporter(exporter))],
  });
  context.setGlobalContextManager(new AsyncContext());
  propagation.setGlobalPropagator(new TraceParent());
  trace.setGlobalTracerProvider(provider);
  reportFailures(log);
  return async () => {
    try {
      await provider.shutdown();
    } catch (error) {
      log.warn({ reason: (error as Error).message }, 'the last spans could not be sent');
    }
  };
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
