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
  /** Folder with ca.pem, cert.pem and key.pem. */
  readonly certificates: string | undefined;
}

/** Throws ImageError `BAD_CONFIGURATION` for an address that cannot be used. */
export function daemonAddress(engine: Engine, environment: NodeJS.ProcessEnv): DaemonAddress {
  const home = environment.HOME || homedir();
  const named =
    engine === 'docker'
      ? environment.DOCKER_HOST || contextHost(environment, home)
      : environment.CONTAINER_HOST;
  if (named) return parseAddress(named, engine, environment, home);
  const runtime = environment.XDG_RUNTIME_DIR;
  const candidates =
    engine === 'docker'
      ? ['/var/run/docker.sock', ...(runtime ? [join(runtime, 'docker.sock')] : [])]
      : [...(runtime ? [join(runtime, 'podman/podman.sock')] : []), '/run/podman/podman.sock'];
  return socket(candidates.find((path) => existsSync(path)) ?? candidates[0]!);
}

function parseAddress(
  text: string,
  engine: Engine,
  environment: NodeJS.ProcessEnv,
  home: string,
): DaemonAddress {
  const variable = engine === 'docker' ? 'DOCKER_HOST' : 'CONTAINER_HOST';
  const [, scheme, rest = ''] = /^([a-z]+):\/\/(.+)$/.exec(text) ?? [];
  if (scheme === 'unix') return socket(rest);
  const certificates = environment.DOCKER_TLS_VERIFY
    ? environment.DOCKER_CERT_PATH || join(environment.DOCKER_CONFIG || join(home, '.docker'))
    : undefined;
  const protocol = scheme === 'tcp' ? (certificates ? 'https' : 'http') : scheme;
  const address = `${protocol}://${rest}`;
  if ((protocol === 'http' || protocol === 'https') && URL.canParse(address) && !rest.includes('@')) {
    return { shown: text, socketPath: undefined, origin: new URL(address).origin, certificates };
  }
  throw new ImageError(
    'BAD_CONFIGURATION',
    `${variable}: an address of the kind ${scheme ?? 'given'} is not supported; forward the socket (ssh -L ./daemon.sock:/var/run/docker.sock HOST) and set ${variable}=unix://…`,
  );
}

function socket(path: string): DaemonAddress {
  return { shown: `unix://${path}`, socketPath: path, origin: 'http://localhost', certificates: undefined };
}

/** The endpoint of Docker's current context. `undefined`: the default one, which has no files. */
function contextHost(environment: NodeJS.ProcessEnv, home: string): string | undefined {
  const folder = environment.DOCKER_CONFIG || join(home, '.docker');
  const name = environment.DOCKER_CONTEXT || member(readJson(join(folder, 'config.json')), 'currentContext');
  if (typeof name !== 'string' || name === '' || name === 'default') return undefined;
  const hash = createHash('sha256').update(name).digest('hex');
  const path = join(folder, 'contexts/meta', hash, 'meta.json');
  const host = member(member(member(readJson(path), 'Endpoints'), 'docker'), 'Host');
  if (typeof host === 'string' && host !== '') return host;
  throw new ImageError(
    'BAD_CONFIGURATION',
    `the Docker context ${JSON.stringify(name)} has no address (${path})`,
  );
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
