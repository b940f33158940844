// Runs Debian's RabbitMQ with its STOMP plugin: a node of its own on the loopback interface, in a temporary directory.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectSocket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelModel, connect } from 'amqplib';
import type { ServerCertificate } from './certificates.ts';

export interface RabbitMq {
  /** `amqp://guest:guest@127.0.0.1:port`. */
  readonly uri: string;
  readonly tlsUri: string;
  /** `127.0.0.1:port`. */
  readonly stomp: string;
  readonly stompTls: string;
  /** At once, as a machine that loses its power. */
  stop(): Promise<void>;
  /** With the queues and messages that it had, as far as they are durable. */
  start(): Promise<void>;
  /** Stops it and removes its data. */
  close(): Promise<void>;
  /** A connection of the test's own. */
  connect(): Promise<ChannelModel>;
}

// Not the wrapper in /usr/sbin, which becomes another user.
const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const HOST = '127.0.0.1';

/** It takes eight seconds on an idle machine. */
const START_MS = 90_000;

/**
 * Its own port mapper in the foreground: Erlang would leave one running in the background for ever. When standard input
 * ends, as it does when the tests end in whatever way, the process group is killed.
 */
const RUN_WHILE_WATCHED = `
  epmd -address ${HOST} -port "$ERL_EPMD_PORT" </dev/null & ${SERVER} </dev/null &
  cat >/dev/null; kill -KILL 0`;

/** Why no broker can be started here, or `undefined`. */
export function whyNoRabbitMq(): string | undefined {
  return existsSync(SERVER) ? undefined : `${SERVER} is not there; install rabbitmq-server`;
}

/** The certificate is for the TLS listeners of both protocols. */
export async function startRabbitMq(certificate: ServerCertificate): Promise<RabbitMq> {
  const directory = mkdtempSync(join(tmpdir(), 'clearstory-rabbitmq-'));
  const file = (name: string): string => join(directory, name);
  const ports = await freePorts(6);
  const [amqp, amqps, stomp, stomps, distribution, mapper] = ports as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  for (const name of ['ca', 'certificate', 'key'] as const)
    writeFileSync(file(`${name}.pem`), certificate[name]);
  writeFileSync(file('plugins'), '[rabbitmq_stomp].');
  writeFileSync(
    file('rabbitmq.conf'),
    `listeners.tcp.1 = ${HOST}:${amqp}
listeners.ssl.1 = ${HOST}:${amqps}
stomp.listeners.tcp.1 = ${HOST}:${stomp}
stomp.listeners.ssl.1 = ${HOST}:${stomps}
ssl_options.cacertfile = ${file('ca.pem')}
ssl_options.certfile = ${file('certificate.pem')}
ssl_options.keyfile = ${file('key.pem')}
disk_free_limit.absolute = 50MB
log.console = true
log.file = false
`,
  );
  const environment = {
    PATH: process.env.PATH,
    // Erlang's cookie is there.
    HOME: directory,
    ERL_EPMD_PORT: String(mapper),
    ERL_EPMD_ADDRESS: HOST,
    RABBITMQ_NODENAME: `clearstory-${amqp}@localhost`,
    RABBITMQ_NODE_PORT: String(amqp),
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_MNESIA_BASE: file('data'),
    RABBITMQ_LOG_BASE: file('log'),
    RABBITMQ_ENABLED_PLUGINS_FILE: file('plugins'),
    RABBITMQ_CONFIG_FILE: file('rabbitmq'),
    RABBITMQ_CONF_ENV_FILE: file('none'),
    RABBITMQ_GENERATED_CONFIG_DIR: file('generated'),
  };

  let child: ChildProcess | undefined;
  let output = '';
  const start = async (): Promise<void> => {
    child = spawn('sh', ['-c', RUN_WHILE_WATCHED], {
      env: environment,
      cwd: directory,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-20_000);
      });
    }
    const end = Date.now() + START_MS;
    for (const port of [stomp, stomps, amqp, amqps]) {
      while (!(await isOpen(port))) {
        if (Date.now() > end || child.exitCode !== null)
          throw new Error(`RabbitMQ does not start: ${output}`);
        await sleep(100);
      }
    }
  };
  const stop = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    process.kill(-child.pid!, 'SIGKILL');
    await exit;
  };
  await start();
  const uri = `amqp://guest:guest@${HOST}:${amqp}`;
  return {
    uri,
    tlsUri: `amqps://guest:guest@${HOST}:${amqps}`,
    stomp: `${HOST}:${stomp}`,
    stompTls: `${HOST}:${stomps}`,
    start,
    stop,
    close: async () => {
      await stop();
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
    connect: async () => {
      const connection = await connect(uri);
      connection.on('error', () => undefined);
      return connection;
    },
  };
}

/** All free at the same time, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, HOST));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connectSocket(port, HOST);
  return new Promise((resolve) => {
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
