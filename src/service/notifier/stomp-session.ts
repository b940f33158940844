// One connection to a STOMP broker, for as long as a delivery takes.
import { once } from 'node:events';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { StompUser } from '../configuration/stomp-settings.ts';
import { answerInTime } from './answer-in-time.ts';
import type { BrokerTls } from './broker-tls.ts';
import { DeliveryError } from './delivery-error.ts';
import { networkFailure } from './network-failure.ts';
import { StompClient } from './stomp-client.ts';

export interface StompSessionOptions {
  /** `host:port`. */
  readonly broker: string;
  /** Absent: no TLS. */
  readonly certificates?: BrokerTls | undefined;
  readonly user?: StompUser | undefined;
  readonly signal: AbortSignal;
}

type Headers = Record<string, string | number>;

/** For the connection, and once more for the broker's greeting. */
const CONNECT_MS = 10_000;

/**
 * The virtual host. Brokers that have them know this one (RabbitMQ's default), the others pass over it; the name of the
 * machine, which STOMP 1.2 suggests, would be refused by RabbitMQ.
 */
const VIRTUAL_HOST = '/';

export class StompSession {
  readonly #client: StompClient;
  readonly #options: StompSessionOptions;
  /** Of whoever waits: a million messages must not leave a million listeners behind. */
  #reject: ((reason: unknown) => void) | undefined;
  #failure: unknown;

  private constructor(client: StompClient, options: StompSessionOptions) {
    this.#client = client;
    this.#options = options;
    const failed = (error: unknown): void => {
      this.#failure ??= error;
      this.#reject?.(error);
    };
    client.on('error', failed);
    client.on('end', () => failed(new Error('the connection ended')));
  }

  /** Throws DeliveryError. */
  static async open(options: StompSessionOptions): Promise<StompSession> {
    const { user } = options;
    const session = new StompSession(new StompClient(await openSocket(options)), options);
    const login = user && { login: user.login, passcode: user.passcode };
    try {
      await session.#watch((resolve, reject) => {
        session.#client.connect({ host: VIRTUAL_HOST, ...login }, (error) =>
          error ? reject(error) : resolve(),
        );
      }, CONNECT_MS);
      return session;
    } catch (error) {
      session.#client.destroy();
      throw error;
    }
  }

  /** Resolves when it was handed to the connection. Throws DeliveryError. */
  async send(command: string, headers: Headers, body?: Buffer): Promise<void> {
    await this.#watch((resolve, reject) => {
      const frame = this.#client.sendFrame(command, headers);
      frame.on('error', reject);
      frame.end(body ?? '', (error?: Error | null) => (error ? reject(error) : resolve()));
    });
  }

  /** Like `send`, and resolves when the broker has confirmed it, with all that was sent before. */
  async sendConfirmed(command: string, headers: Headers, body?: Buffer): Promise<void> {
    await this.#watch((resolve, reject) => {
      const frame = this.#client.sendFrame(command, headers, { onReceipt: resolve });
      frame.on('error', reject);
      frame.end(body ?? '');
    });
  }

  /** Never throws. */
  async close(): Promise<void> {
    if (this.#failure === undefined) {
      const ended = new Promise<void>((resolve) => this.#client.disconnect(() => resolve()));
      const waiting = { host: this.#options.broker, signal: new AbortController().signal, ms: 2_000 };
      await answerInTime(ended, waiting).catch(() => undefined);
    }
    this.#client.destroy();
  }

  async #watch(
    start: (resolve: () => void, reject: (reason: unknown) => void) => void,
    ms?: number,
  ): Promise<void> {
    const { broker, signal } = this.#options;
    const sent = new Promise<void>((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#reject = reject;
      start(resolve, reject);
    });
    try {
      await answerInTime(sent, { host: broker, signal, ...(ms !== undefined && { ms }) });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof DeliveryError) throw error;
      if (!this.#client.isRefused) throw networkFailure(broker, error);
      const message = `${broker} refuses: check destination, login and passcode of notifier.stomp`;
      throw new DeliveryError('REFUSED', message, { cause: error });
    }
  }
}

async function openSocket({ broker, certificates, signal }: StompSessionOptions): Promise<Socket> {
  const { host, port } = splitBroker(broker);
  const socket = certificates
    ? // An address has no name to present.
      connectTls({ host, port, ...certificates, ...(isIP(host) === 0 && { servername: host }) })
    : connectPlain({ host, port });
  const connected = once(socket, certificates ? 'secureConnect' : 'connect');
  try {
    await answerInTime(connected, { host: broker, signal, ms: CONNECT_MS });
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    signal.throwIfAborted();
    throw error instanceof DeliveryError ? error : networkFailure(broker, error);
  }
}

/** `[::1]:61613` or `broker.example:61613`. */
function splitBroker(broker: string): { host: string; port: number } {
  const colon = broker.lastIndexOf(':');
  return { host: broker.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(broker.slice(colon + 1)) };
}
