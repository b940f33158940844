// Where the daemon of Docker or Podman listens, by the same variables and files that their own clients follow.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ImageError } from '../image-error.ts';

export type Engine = 'docker' | 'podman';

export interface DaemonAddress {
  /** As a person would write it. */
  readonly shown: string;
  /** Of a Unix socket; `undefined`: over the network. */
  readonly socketPath: string | undefined;
  /** `http://localhost` for sockets. */
  readonly origin: string;
  /** Folder with ca.pem and, for a daemon that asks who its client is, cert.pem and key.pem. */
  readonly certificates: string | undefined;
}

/** What was configured, before it is understood. */
interface Endpoint {
  /** Variable or context that says so, for messages. */
  readonly source: string;
  readonly host: string;
  readonly certificates: string | undefined;
}

/** What Docker's client assumes for tcp:// addresses without a port. */
const DOCKER_PORT = 2375;
const DOCKER_TLS_PORT = 2376;

/**
 * Docker's client lets DOCKER_HOST win over DOCKER_CONTEXT, and that over the context of config.json; DOCKER_TLS_VERIFY
 * and DOCKER_CERT_PATH belong to DOCKER_HOST, a context has certificates of its own. `exists` tells whether a socket or
 * a folder is there. Throws ImageError `BAD_CONFIGURATION` for an address that cannot be used.
 */
export function daemonAddress(
  engine: Engine,
  environment: NodeJS.ProcessEnv,
  exists: (path: string) => boolean = existsSync,
): DaemonAddress {
  const endpoint = engine === 'docker' ? dockerEndpoint(environment, exists) : podmanEndpoint(environment);
  if (endpoint) return parseAddress(engine, endpoint);
  const runtime = environment.XDG_RUNTIME_DIR;
  const candidates =
    engine === 'docker'
      ? ['/var/run/docker.sock', ...(runtime ? [join(runtime, 'docker.sock')] : [])]
      : [...(runtime ? [join(runtime, 'podman/podman.sock')] : []), '/run/podman/podman.sock'];
  return socket(candidates.find(exists) ?? candidates[0]!);
}

function podmanEndpoint({ CONTAINER_HOST: host }: NodeJS.ProcessEnv): Endpoint | undefined {
  return host ? { source: 'CONTAINER_HOST', host, certificates: undefined } : undefined;
}

function dockerEndpoint(
  environment: NodeJS.ProcessEnv,
  exists: (path: string) => boolean,
): Endpoint | undefined {
  const folder = environment.DOCKER_CONFIG || join(environment.HOME || homedir(), '.docker');
  const { DOCKER_HOST: host, DOCKER_TLS_VERIFY: verify, DOCKER_CERT_PATH: certificates } = environment;
  if (!host) return contextEndpoint(environment, folder, exists);
  return { source: 'DOCKER_HOST', host, certificates: verify ? certificates || folder : undefined };
}

function parseAddress(engine: Engine, { source, host, certificates }: Endpoint): DaemonAddress {
  const [, scheme, rest = ''] = /^([a-z]+):\/\/(.+)$/.exec(host) ?? [];
  if (scheme === 'unix') return socket(rest);
  const protocol = scheme === 'tcp' ? (certificates ? 'https' : 'http') : scheme;
  const address = `${protocol}://${rest}`;
  if ((protocol === 'http' || protocol === 'https') && URL.canParse(address) && !rest.includes('@')) {
    const url = new URL(address);
    // `URL` forgets a port that is the protocol's own, so whether one is given is seen in the text alone.
    if (engine === 'docker' && scheme === 'tcp' && !/:\d+(?:\/|$)/.test(rest)) {
      url.port = String(certificates ? DOCKER_TLS_PORT : DOCKER_PORT);
    }
    return {
      shown: host,
      socketPath: undefined,
      origin: url.origin,
      certificates: protocol === 'https' ? certificates : undefined,
    };
  }
  throw new ImageError('BAD_CONFIGURATION', `${source} ${refusalOf(engine, scheme)}`);
}

/** Says nothing of the address but its scheme: there may be a password in it. */
function refusalOf(engine: Engine, scheme: string | undefined): string {
  if (scheme !== 'ssh' && scheme !== 'npipe') {
    return 'is no address that can be used; write unix://PATH or tcp://HOST:PORT, without a user name';
  }
  const [variable, path] =
    engine === 'docker'
      ? ['DOCKER_HOST', '/var/run/docker.sock']
      : ['CONTAINER_HOST', '/run/podman/podman.sock'];
  return scheme === 'ssh'
    ? `is an ssh:// address, which is not supported; forward the socket (ssh -N -L /tmp/daemon.sock:${path} HOST) and set ${variable}=unix:///tmp/daemon.sock`
    : `is an npipe:// address, which only Windows has; save the image there (${engine} save) and scan the file by docker-archive:`;
}

function socket(path: string): DaemonAddress {
  return { shown: `unix://${path}`, socketPath: path, origin: 'http://localhost', certificates: undefined };
}

/** Docker's current context. `undefined`: the default one, which has no files. */
function contextEndpoint(
  environment: NodeJS.ProcessEnv,
  folder: string,
  exists: (path: string) => boolean,
): Endpoint | undefined {
  const name = environment.DOCKER_CONTEXT || member(readJson(join(folder, 'config.json')), 'currentContext');
  if (typeof name !== 'string' || name === '' || name === 'default') return undefined;
  const hash = createHash('sha256').update(name).digest('hex');
  const path = join(folder, 'contexts/meta', hash, 'meta.json');
  const host = member(member(member(readJson(path), 'Endpoints'), 'docker'), 'Host');
  const source = `the Docker context ${JSON.stringify(name)}`;
  if (typeof host !== 'string' || host === '') {
    throw new ImageError(
      'BAD_CONFIGURATION',
      `${source} has no address (${path}); choose another by "docker context use", or set DOCKER_HOST`,
    );
  }
  const certificates = join(folder, 'contexts/tls', hash, 'docker');
  return { source, host, certificates: exists(certificates) ? certificates : undefined };
}

/** Whatever is wrong with a file of Docker's is no concern of ours beyond that it says nothing. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
