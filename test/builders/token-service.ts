// Gives out the tokens that a registry accepts, as the services of Docker Hub or Azure do.
import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { makeCertificate, type ServerCertificate } from './certificates.ts';
import { type LoopbackServer, serveOnLoopback } from './loopback-server.ts';
import { basicAuthorization } from './push-image.ts';
import { REGISTRY_LOGIN, type TokenIssuer } from './registry.ts';

export interface TokenServiceOptions {
  /** Give tokens to pull to whoever asks, too. Default false: only to `REGISTRY_LOGIN`. */
  anonymous?: boolean;
  tls?: ServerCertificate;
}

/** Seconds that new tokens live. */
export interface TokenLifetime {
  /** `expires_in` of the answer; `undefined` leaves it out, which means 60. */
  announced: number | undefined;
  /** What the token itself says. Registries accept it for 60 seconds more: -61 makes one that is refused at once. */
  actual: number;
}

export interface TokenRequest {
  method: string;
  /** Of the address, or the form that was posted. */
  parameters: URLSearchParams;
  headers: IncomingHttpHeaders;
}

export interface TokenService extends LoopbackServer {
  /** For `startRegistry`. */
  issuer: TokenIssuer;
  /** In the order of their arrival. */
  requests: readonly TokenRequest[];
  /** Accepted instead of the login, by `grant_type=refresh_token`. */
  identityToken: string;
  /** May be changed; five minutes at first. */
  lifetime: TokenLifetime;
  /** The header that lets its bearer push to and pull from a repository. */
  authorization(repository: string): string;
}

interface Access {
  type: string;
  name: string;
  actions: readonly string[];
}

const SERVICE = 'clearstory test registry';
const ISSUER = 'clearstory test tokens';

/** A service of the token protocol of distribution (spec/auth/token and spec/auth/oauth). Needs `openssl`. */
export async function startTokenService(options: TokenServiceOptions = {}): Promise<TokenService> {
  const signer = makeCertificate();
  const identityToken = randomUUID();
  const requests: TokenRequest[] = [];
  const lifetime: TokenLifetime = { announced: 300, actual: 300 };

  const server = await serveOnLoopback((request, response) => {
    answer(request, response).catch((error: Error) => response.destroy(error));
  }, options.tls);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = request;
    const { pathname, searchParams } = new URL(request.url ?? '', server.url);
    const parameters = method === 'POST' ? new URLSearchParams(await text(request)) : searchParams;
    requests.push({ method, parameters, headers });
    if (pathname !== '/token') return send(response, 404, { details: 'no such page' });
    if (parameters.get('service') !== SERVICE) return send(response, 400, { details: 'unknown service' });
    const caller = identify(method, parameters, headers);
    if (caller === 'unknown') return send(response, 401, { details: 'incorrect username or password' });

    const access = parameters
      .getAll('scope')
      .flatMap((scopes) => scopes.split(' '))
      .map(parseScope)
      .map((wanted) => (caller === 'anonymous' ? onlyPull(wanted) : wanted));
    const token = makeToken(signer, access, lifetime.actual);
    send(response, 200, {
      access_token: token,
      ...(method === 'GET' && { token }),
      ...(lifetime.announced !== undefined && { expires_in: lifetime.announced }),
      ...(parameters.get('offline_token') === 'true' && { refresh_token: identityToken }),
      issued_at: new Date().toISOString(),
    });
  }

  function identify(
    method: string,
    parameters: URLSearchParams,
    { authorization }: IncomingHttpHeaders,
  ): 'reader' | 'anonymous' | 'unknown' {
    if (method === 'POST') {
      const isKnown =
        parameters.get('grant_type') === 'refresh_token' && parameters.get('refresh_token') === identityToken;
      return isKnown ? 'reader' : 'unknown';
    }
    if (authorization === undefined) return options.anonymous ? 'anonymous' : 'unknown';
    return authorization === basicAuthorization(REGISTRY_LOGIN) ? 'reader' : 'unknown';
  }

  return {
    ...server,
    issuer: { realm: `${server.url}/token`, service: SERVICE, issuer: ISSUER, ca: signer.ca },
    requests,
    identityToken,
    lifetime,
    authorization: (name) => {
      const access: Access = { type: 'repository', name, actions: ['pull', 'push'] };
      return `Bearer ${makeToken(signer, [access], 300)}`;
    },
  };
}

/** `repository:name:pull,push`; the name may hold a port. */
function parseScope(scope: string): Access {
  const [, type = '', name = '', actions = ''] = /^([^:]*):(.*):([^:]*)$/.exec(scope) ?? [];
  return { type, name, actions: actions.split(',') };
}

function onlyPull({ actions, ...resource }: Access): Access {
  return { ...resource, actions: actions.filter((action) => action === 'pull') };
}

/** A JSON web token as spec/auth/jwt wants it; the certificate of the key travels in the header. */
function makeToken(signer: ServerCertificate, access: readonly Access[], seconds: number): string {
  const now = Math.floor(Date.now() / 1000);
  const certificate = new X509Certificate(signer.certificate).raw.toString('base64');
  const header = { typ: 'JWT', alg: 'ES256', x5c: [certificate] };
  const claims = {
    iss: ISSUER,
    sub: 'reader',
    aud: SERVICE,
    nbf: now - 3600,
    iat: now,
    exp: now + seconds,
    jti: randomUUID(),
    access,
  };
  const content = `${base64url(header)}.${base64url(claims)}`;
  const key = createPrivateKey(signer.key);
  const signature = sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' });
  return `${content}.${signature.toString('base64url')}`;
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function send(response: ServerResponse, status: number, document: unknown): void {
  response
    .writeHead(status, {
      'content-type': 'application/json',
      ...(status === 401 && { 'www-authenticate': `Basic realm="${ISSUER}"` }),
    })
    .end(JSON.stringify(document));
}
