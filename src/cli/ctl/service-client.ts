// Talks to a service with the API of Clair v4: signed requests, and answers that are what they should be.
import { rootCertificates } from 'node:tls';
import { EnvHttpProxyAgent, request } from 'undici';
import { codeOf, shownHost } from '../../images/network/http-failure.ts';
import { signToken } from '../../service/tokens/sign-token.ts';
import { CtlError } from './ctl-error.ts';

export interface ServiceSecret {
  readonly key: Uint8Array;
  readonly issuer: string;
}

export interface ServiceClientOptions {
  /** Paths are appended to its own. */
  readonly host: URL;
  readonly secret: ServiceSecret | undefined;
  /** PEM, in addition to the authorities that Node trusts. */
  readonly ca?: string | undefined;
  /** Is told of every exchange, in one line. */
  readonly debug: (line: string) => void;
}

export interface ServiceRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Without a slash at the beginning. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Statuses that are no failure. */
  readonly accept: readonly number[];
}

export interface ServiceAnswer {
  readonly status: number;
  /** Several of one name are joined by commas. */
  header(name: string): string | undefined;
  readonly text: string;
}

/** Indexing is answered when it is done, and a service that is as patient as Quay takes ten minutes. */
const TIMEOUT_MS = 11 * 60 * 1000;

/** A service in the same site takes milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000;

/** The reports of images with ten thousand findings have a tenth of it. */
const MAX_BYTES = 256 * 1024 * 1024;

/** What a service says of a failure is a sentence. */
const MAX_SHOWN = 500;

export class ServiceClient {
  readonly #options: ServiceClientOptions;
  readonly #agent: EnvHttpProxyAgent;

  constructor(options: ServiceClientOptions) {
    this.#options = options;
    const ca = options.ca === undefined ? undefined : [...rootCertificates, options.ca];
    this.#agent = new EnvHttpProxyAgent({
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      connect: { timeout: CONNECT_TIMEOUT_MS, ...(ca && { ca }) },
      ...(ca && { requestTls: { ca } }),
    });
  }

  /** Throws CtlError. */
  async send(wanted: ServiceRequest): Promise<ServiceAnswer> {
    const { host, debug } = this.#options;
    const url = new URL(host);
    url.pathname = `${host.pathname.replace(/\/+$/, '')}/${wanted.path}`;
    const started = performance.now();
    const answer = await this.#exchange(url, wanted);
    debug(
      `${wanted.method} ${url.pathname}: ${answer.status} in ${Math.round(performance.now() - started)} ms`,
    );
    if (wanted.accept.includes(answer.status)) return answer;
    throw new CtlError('REFUSED', `${shownHost(url)} ${refusal(answer, this.#options.secret)}`);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #exchange(url: URL, { method, headers, body }: ServiceRequest): Promise<ServiceAnswer> {
    const { secret } = this.#options;
    const token = secret && (await signToken(secret.key, secret.issuer, new Date()));
    try {
      const answer = await request(url, {
        dispatcher: this.#agent,
        method,
        headers: {
          accept: 'application/json',
          'user-agent': 'clearstory',
          ...headers,
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await readText(answer.body, url);
      const header = (name: string): string | undefined =>
        answer.headers[name] && [answer.headers[name]].flat().join(', ');
      return { status: answer.statusCode, header, text };
    } catch (error) {
      if (error instanceof CtlError) throw error;
      throw new CtlError('UNREACHABLE', `${shownHost(url)} cannot be reached: ${unreachable(error)}`, {
        cause: error,
      });
    }
  }
}

/** The JSON of an answer, an object. Throws CtlError `BAD_ANSWER`. */
export function objectIn({ text }: ServiceAnswer, what: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new CtlError('BAD_ANSWER', `${what} is no JSON object; is there a Clair at the address of --host?`);
}

async function readText(body: AsyncIterable<Uint8Array>, url: URL): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_BYTES) {
      throw new CtlError(
        'BAD_ANSWER',
        `${shownHost(url)} sends over ${MAX_BYTES / 1024 ** 2} MiB; is it a Clair?`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unreachable(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ECONNREFUSED') return 'it refuses the connection; does the service run, and is --host right?';
  if (code === 'ENOTFOUND') return 'its name cannot be resolved; check --host';
  if (/CERT|UNABLE_TO_/.test(code))
    return `its certificate does not convince (${code}); name its authority by --cacert`;
  return `${code || 'the exchange failed'}; check --host`;
}

function refusal(answer: ServiceAnswer, secret: ServiceSecret | undefined): string {
  if (answer.status === 401) {
    return secret
      ? `does not accept tokens of ${secret.issuer} with this key (HTTP 401); compare auth.psk of both sides`
      : 'wants a token (HTTP 401); name the configuration that has its auth.psk with --config';
  }
  const said = messageIn(answer.text);
  return `answers HTTP ${answer.status}${said === '' ? '' : `: ${said}`}`;
}

function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message.slice(0, MAX_SHOWN) : '';
  } catch {
    return '';
  }
}
