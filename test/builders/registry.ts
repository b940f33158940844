// Runs a real registry, Debian's package `docker-registry`, for one test or suite.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerCertificate } from './certificates.ts';
import type { LoopbackServer } from './loopback-server.ts';

export interface RegistryOptions {
  /** Ask for `REGISTRY_LOGIN`, by the Basic scheme. */
  login?: boolean;
  /** Ask for tokens of this service. */
  tokens?: TokenIssuer;
  /** Speak HTTPS. */
  tls?: ServerCertificate;
}

/** What a registry has to know of the service whose tokens it accepts. */
export interface TokenIssuer {
  /** Address of the service, told to clients. */
  realm: string;
  service: string;
  issuer: string;
  /** PEM of the authority that the certificates in the tokens must come from. */
  ca: string;
}

/** What registries that were started with `login` accept. */
export const REGISTRY_LOGIN = { username: 'reader', password: 'clearstory-secret' } as const;

/** The bcrypt hash of the password, of the lowest cost: it is verified for every request. */
const HTPASSWD = `${REGISTRY_LOGIN.username}:$2b$04$kR6Owmy7tHtICemN/D9KcONOGZI8TdxDUH4KpYxzbiCGKhTLHuN.K\n`;

/**
 * Runs its arguments until standard input ends. The pipe is closed by whatever ends the tests, a crash or the end of a
 * worker thread included, of which no handler in this process would hear.
 */
const RUN_WHILE_WATCHED = 'exec 3<&0; (cat <&3 >/dev/null 2>&1; kill $$) & exec "$@" </dev/null 3<&-';

/** A registry that listens on a free port of the loopback interface; closing it removes what it holds. */
export async function startRegistry(options: RegistryOptions = {}): Promise<LoopbackServer> {
  const directory = mkdtempSync(join(tmpdir(), 'clearstory-registry-'));
  const configuration = join(directory, 'config.yml');
  // JSON is YAML.
  writeFileSync(configuration, JSON.stringify(configure(directory, options)));
  const child = spawn('sh', ['-c', RUN_WHILE_WATCHED, 'sh', 'docker-registry', 'serve', configuration], {
    // Variables named REGISTRY_… would be settings.
    env: { PATH: process.env.PATH },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const close = async () => {
    child.stdin.end();
    await exit;
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const host = await listeningAddress(child);
    return options.tls
      ? { host, url: `https://${host}`, ca: options.tls.ca, close }
      : { host, url: `http://${host}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function configure(directory: string, { login, tokens, tls }: RegistryOptions) {
  const write = (name: string, content: string) => {
    writeFileSync(join(directory, name), content);
    return join(directory, name);
  };
  return {
    version: '0.1',
    // "info" is where the port is told.
    log: { level: 'info', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(directory, 'storage') }, delete: { enabled: true } },
    http: {
      addr: '127.0.0.1:0',
      secret: 'shared by all replicas, of which there is one',
      // Uploads that go through a proxy stay there.
      relativeurls: true,
      ...(tls && {
        tls: { certificate: write('server.pem', tls.certificate), key: write('server.key', tls.key) },
      }),
    },
    ...(login && { auth: { htpasswd: { realm: 'clearstory test', path: write('htpasswd', HTPASSWD) } } }),
    ...(tokens && {
      auth: {
        token: {
          realm: tokens.realm,
          service: tokens.service,
          issuer: tokens.issuer,
          rootcertbundle: write('tokens.pem', tokens.ca),
        },
      },
    }),
    // Foreign layers are refused unless their addresses are allowed.
    validation: { manifests: { urls: { allow: ['^https?://'] } } },
  };
}

/** Read from the log: the registry takes a free port itself, so nobody can take it in between. */
function listeningAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      // Read on for ever, or the registry would wait for room in the pipe; kept only until it listens.
      if (log.length < 65_536) log += text;
      const address = /listening on (127\.0\.0\.1:\d+)/.exec(log)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`docker-registry ended with ${code}: ${log}`)));
  });
}
