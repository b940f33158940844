// What a registry wants to see before it lets somebody read: nothing, a password, or a token of its token service.

import { ImageError } from '../image-error.ts';
import type { Trust } from '../network/address-policy.ts';
import { discard, type HttpClient } from '../network/http-client.ts';
import { shownHost } from '../network/http-failure.ts';
import { readJson } from '../network/read-answer.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import type { Credentials } from './credentials.ts';

/** The specification's default, and its minimum. */
const DEFAULT_LIFETIME_S = 60;

/** Renewed this long before the end: a token must not run out on its way. */
const MARGIN_S = 10;

/** Tokens with many claims have some kilobytes. */
const MAX_TOKEN_BYTES = 1024 * 1024;

interface Grant {
  readonly header: string;
  /** Milliseconds since the epoch. */
  readonly validUntil: number;
}

export interface AuthorizationOptions {
  readonly http: HttpClient;
  /** `host[:port]`, for messages. */
  readonly registry: string;
  readonly credentials: Credentials | undefined;
  readonly trust: Trust;
  readonly insecure: boolean;
  /** Hosts that may be asked for a token; `undefined`: any that the registry names, as Docker has it. */
  readonly allowsHost?: ((host: string) => boolean) | undefined;
}

/** The grants of one registry. Credentials go to it and to the token service that it names, over HTTPS. */
export class Authorization {
  readonly #options: AuthorizationOptions;
  readonly #grants = new Map<string, Grant>();

  constructor(options: AuthorizationOptions) {
    this.#options = options;
  }

  /** The header for a request in `scope`, if one was granted and still holds. */
  header(scope: string): string | undefined {
    const grant = this.#grants.get(scope) ?? this.#grants.get('');
    return grant && Date.now() < grant.validUntil ? grant.header : undefined;
  }

  /** What was granted is no longer accepted. */
  forget(scope: string): void {
    this.#grants.delete(scope);
  }

  /**
   * Answers the challenges of a 401. `false` when none can be answered. Throws ImageError `UNAUTHORIZED`,
   * `NOT_A_REGISTRY` and what the HTTP client throws.
   */
  async answer(header: string, from: URL, scope: string, signal: AbortSignal | undefined): Promise<boolean> {
    const challenges = parseChallenges(header);
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    const { credentials } = this.#options;
    if (bearer && credentials?.kind !== 'bearer') {
      this.#grants.set(scope, await this.#fetchToken(bearer, from, scope, signal));
      return true;
    }
    if (credentials?.kind === 'bearer' && bearer) {
      this.#grants.set('', { header: `Bearer ${credentials.token}`, validUntil: Number.POSITIVE_INFINITY });
      return true;
    }
    if (credentials?.kind === 'password' && challenges.some(({ scheme }) => scheme === 'basic')) {
      this.#grants.set('', { header: basic(credentials), validUntil: Number.POSITIVE_INFINITY });
      return true;
    }
    return false;
  }

  async #fetchToken(
    { parameters }: Challenge,
    from: URL,
    scope: string,
    signal: AbortSignal | undefined,
  ): Promise<Grant> {
    const { http, registry, credentials, trust, insecure } = this.#options;
    const realm = this.#realm(parameters.get('realm') ?? '', from);
    const query = new URLSearchParams();
    const service = parameters.get('service');
    if (service !== undefined) query.set('service', service);
    query.set('scope', scope);
    const shared = { trust: http.trustIn(realm, from, trust), insecure, signal };
    const answer =
      credentials?.kind === 'identity-token'
        ? await http.send({
            ...shared,
            url: realm,
            method: 'POST',
            headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
            body: refreshRequest(query, credentials.token),
          })
        : await http.send({
            ...shared,
            url: withQuery(realm, query, credentials),
            headers: {
              accept: 'application/json',
              ...(credentials?.kind === 'password' && { authorization: basic(credentials) }),
            },
          });
    const host = shownHost(realm);
    if (answer.status !== 200) {
      await discard(answer);
      throw refusedToken(registry, host, answer.status, credentials);
    }
    const document = await readJson(answer, MAX_TOKEN_BYTES, `the token of ${host}`);
    const token = document.text('token') ?? document.text('access_token');
    if (token === undefined || /[^\x21-\x7e]/.test(token)) {
      throw new ImageError('NOT_A_REGISTRY', `${host}, the token service of ${registry}, gives no token`);
    }
    const lifetimeS = Math.max(document.size('expires_in') ?? DEFAULT_LIFETIME_S, DEFAULT_LIFETIME_S);
    return { header: `Bearer ${token}`, validUntil: Date.now() + (lifetimeS - MARGIN_S) * 1000 };
  }

  /** A registry that is reached by HTTPS must not send credentials elsewhere in the clear. */
  #realm(text: string, from: URL): URL {
    const { registry, allowsHost } = this.#options;
    const realm = URL.canParse(text) ? new URL(text) : undefined;
    if (!realm || !/^https?:$/.test(realm.protocol) || realm.username !== '') {
      throw new ImageError('NOT_A_REGISTRY', `${registry} names no usable token service; is it a registry?`);
    }
    if (realm.protocol === 'http:' && from.protocol === 'https:') {
      throw new ImageError(
        'NOT_A_REGISTRY',
        `${registry} names a token service without HTTPS (${shownHost(realm)}), which is not asked`,
      );
    }
    if (allowsHost && !allowsHost(realm.hostname)) {
      throw new ImageError(
        'REFUSED_ADDRESS',
        `${registry} sends to ${shownHost(realm)} for a token, which is not among the hosts of foreign layers; allow it with --foreign-host ${realm.hostname}`,
      );
    }
    return realm;
  }
}

function withQuery(realm: URL, query: URLSearchParams, credentials: Credentials | undefined): URL {
  const url = new URL(realm);
  for (const [name, value] of query) url.searchParams.set(name, value);
  if (credentials?.kind === 'password') url.searchParams.set('account', credentials.username);
  return url;
}

/** OAuth2 with a refresh token (distribution: oauth.md). */
function refreshRequest(query: URLSearchParams, token: string): string {
  const form = new URLSearchParams(query);
  form.set('grant_type', 'refresh_token');
  form.set('client_id', 'clearstory');
  form.set('refresh_token', token);
  return form.toString();
}

function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function refusedToken(
  registry: string,
  host: string,
  status: number,
  credentials: Credentials | undefined,
): ImageError {
  if (status >= 500)
    return new ImageError('UNREACHABLE', `${host}, the token service of ${registry}, answers HTTP ${status}`);
  const problem = credentials
    ? `does not accept the credentials from ${credentials.from} (HTTP ${status}); log in again: docker login ${registry}`
    : `gives no anonymous access (HTTP ${status}); log in: docker login ${registry}`;
  return new ImageError('UNAUTHORIZED', `${registry} ${problem}`);
}
