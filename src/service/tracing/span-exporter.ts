// Where finished spans go: a collector that speaks OTLP, or standard output.
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { ConsoleSpanExporter, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { ClientTls } from '../configuration/client-tls.ts';
import { ConfigurationError } from '../configuration/configuration-error.ts';
import type { OtlpSettings } from '../configuration/otlp-settings.ts';
import type { TraceExporter } from '../configuration/trace-settings.ts';

/** Of the specification (OpenTelemetry protocol exporter, "Endpoint URLs"). */
const PORTS = { 'otlp-http': 4318, 'otlp-grpc': 4317 } as const;
const HTTP_PATH = '/v1/traces';

/** Throws ConfigurationError for certificates that cannot be read. */
export async function openSpanExporter(settings: TraceExporter): Promise<SpanExporter> {
  if (settings.kind === 'stdout') return new ConsoleSpanExporter();
  if (settings.clientTls) await nameCertificates(settings.clientTls);
  const { OTLPTraceExporter } =
    settings.kind === 'otlp-http'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-grpc');
  return withVariables(variablesOf(settings), () => new OTLPTraceExporter());
}

/** These stay in the environment: by gRPC they are read with the first export. */
async function nameCertificates({ rootCa, cert, key }: ClientTls): Promise<void> {
  const paths = { CERTIFICATE: rootCa, CLIENT_CERTIFICATE: cert, CLIENT_KEY: key };
  for (const [name, path] of Object.entries(paths)) {
    if (path === undefined) continue;
    try {
      // The exporters would go on without those that they cannot read.
      await access(path, constants.R_OK);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new ConfigurationError('UNREADABLE', `trace.otlp: ${path} cannot be read: ${code}`);
    }
    process.env[variable(name)] = path;
  }
}

/** The exporters' own names for their settings: both read them, and only there are they the same for both protocols. */
function variablesOf(settings: OtlpSettings): Record<string, string> {
  const { compression, headers, timeoutMs, insecure } = settings;
  return {
    ENDPOINT: endpointOf(settings),
    COMPRESSION: compression,
    TIMEOUT: String(timeoutMs),
    INSECURE: String(insecure),
    HEADERS: Object.entries(headers)
      .map((pair) => pair.map(encodeURIComponent).join('='))
      .join(','),
  };
}

/** Clair has a host and a port here, and the path apart; an address as it stands in other programs' settings is taken too. */
function endpointOf({ kind, endpoint, urlPath, insecure }: OtlpSettings): string {
  const shown = endpoint ?? `localhost:${PORTS[kind]}`;
  const url = new URL(/^https?:\/\//i.test(shown) ? shown : `${insecure ? 'http' : 'https'}://${shown}`);
  if (kind === 'otlp-http' && (urlPath !== undefined || url.pathname === '/'))
    url.pathname = urlPath ?? HTTP_PATH;
  return url.href;
}

/** Without a trace in the environment, which other programs are started with. */
function withVariables<T>(variables: Readonly<Record<string, string>>, work: () => T): T {
  const stated = Object.entries(variables).filter(([, value]) => value !== '');
  const before = stated.map(([name]) => [variable(name), process.env[variable(name)]] as const);
  for (const [name, value] of stated) process.env[variable(name)] = value;
  try {
    return work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

function variable(name: string): string {
  return `OTEL_EXPORTER_OTLP_TRACES_${name}`;
}
