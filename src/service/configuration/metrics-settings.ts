// The `metrics` section: where Prometheus finds them.
import { readOtlp } from './otlp-settings.ts';
import type { Section } from './section.ts';

export interface MetricsSettings {
  /** Path on the introspection listener. Default `/metrics`. */
  readonly prometheusPath: string;
}

const DEFAULT_PATH = '/metrics';

export function readMetrics(section: Section): MetricsSettings {
  const name = section.choice('name', ['prometheus', 'otlp'] as const);
  const path = section.section('prometheus').text('endpoint');
  readOtlp(section.section('otlp'));
  if (name === 'otlp')
    section.warn('name', `is otlp, but metrics are not sent; fetch them from ${DEFAULT_PATH}`);
  if (path !== undefined && !/^\/[\w./-]*$/.test(path)) {
    section.section('prometheus').fault('endpoint', 'must be a path that begins with a slash');
  }
  return { prometheusPath: path ?? DEFAULT_PATH };
}
