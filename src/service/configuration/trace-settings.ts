// The `trace` section: where spans go.
import { type OtlpSettings, readOtlp } from './otlp-settings.ts';
import type { Section } from './section.ts';

export interface TraceSettings {
  /** `undefined`: none are made. */
  readonly exporter: TraceExporter | undefined;
  /** Share of the requests that are traced, 0 to 1. Default 1. */
  readonly probability: number;
}

export type TraceExporter = OtlpSettings | { readonly kind: 'stdout' };

const NAMES = ['otlp', 'jaeger', 'sentry', 'stdout'] as const;

/** `isDebugging`: the log level is debug, which traces all requests, as in Clair. */
export function readTrace(section: Section, isDebugging: boolean): TraceSettings {
  const name = section.choice('name', NAMES);
  const probability = section.number('probability', { min: 0, max: 1 }) ?? 1;
  const otlp = readOtlp(section.section('otlp'));
  readOthers(section);
  if (name === 'jaeger') {
    section.warn(
      'name',
      'is jaeger, whose protocol is no longer spoken; Jaeger takes OTLP since 1.35: write otlp',
    );
  }
  if (name === 'sentry') section.warn('name', 'is sentry, which has no effect, as in Clair');
  const exporter = name === 'otlp' ? otlp : name === 'stdout' ? ({ kind: 'stdout' } as const) : undefined;
  return { exporter, probability: isDebugging ? 1 : probability };
}

/** What only Jaeger and Sentry would need. */
function readOthers(section: Section): void {
  const jaeger = section.section('jaeger');
  jaeger.section('agent').text('endpoint');
  for (const name of ['endpoint', 'username', 'password']) jaeger.section('collector').text(name);
  jaeger.text('service_name');
  jaeger.textMap('tags');
  jaeger.whole('buffer_max');
  section.section('sentry').text('dsn');
  section.section('sentry').text('environment');
}
