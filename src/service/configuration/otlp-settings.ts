// The `otlp` section of traces and metrics: a collector that speaks the OpenTelemetry protocol.
import { type ClientTls, readClientTls } from './client-tls.ts';
import type { Section } from './section.ts';

export interface OtlpSettings {
  readonly kind: 'otlp-http' | 'otlp-grpc';
  /** `host:port` or an address; `undefined`: the collector's default port on this machine. */
  readonly endpoint: string | undefined;
  /** HTTP only. Default `/v1/traces`. */
  readonly urlPath: string | undefined;
  readonly compression: 'gzip' | 'none';
  /** Sent along; may hold secrets. */
  readonly headers: Readonly<Record<string, string>>;
  /** Without TLS. */
  readonly insecure: boolean;
  /** Of one export, in milliseconds. Default 10 s. */
  readonly timeoutMs: number;
  readonly clientTls: ClientTls | undefined;
}

/** The default of the specification (OpenTelemetry protocol exporter, "Timeout"). */
const DEFAULT_TIMEOUT_MS = 10_000;

/** HTTP where neither is given; where both are, gRPC is passed over with a warning. */
export function readOtlp(section: Section): OtlpSettings {
  const http = readProtocol(section.section('http'), 'otlp-http');
  const grpc = readProtocol(section.section('grpc'), 'otlp-grpc');
  if (section.has('http') && section.has('grpc')) section.warn('grpc', 'is not used: of the two http counts');
  return section.has('grpc') && !section.has('http') ? grpc : http;
}

function readProtocol(section: Section, kind: OtlpSettings['kind']): OtlpSettings {
  const isHttp = kind === 'otlp-http';
  if (!isHttp) {
    section.duration('reconnect');
    section.text('service_config');
  }
  return {
    kind,
    endpoint: section.text('endpoint'),
    urlPath: isHttp ? section.text('url_path') : undefined,
    compression: section.choice('compression', ['gzip', 'none'] as const) ?? 'none',
    headers: section.textMap('headers'),
    insecure: section.boolean('insecure') === true,
    timeoutMs: section.duration('timeout') || DEFAULT_TIMEOUT_MS,
    clientTls: readClientTls(section, 'client_tls'),
  };
}
