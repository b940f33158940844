// One connection to an AMQP broker, for as long as a delivery takes.
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { answerInTime } from './answer-in-time.ts';
import type { BrokerTls } from './broker-tls.ts';
import { DeliveryError } from './delivery-error.ts';
import { networkFailure } from './network-failure.ts';

export interface AmqpSessionOptions {
  /** With credentials. */
  readonly uri: string;
  readonly certificates: BrokerTls;
  /** `''`: the default exchange. */
  readonly exchange: string;
  readonly signal: AbortSignal;
}

const CONNECT_MS = 10_000;

/** Seconds. A peer that is gone without a word is noticed after two of them. */
const HEARTBEAT = '10';

/** What Clair's messages say; consumers may filter by it. */
const APPLICATION = 'clairV4-notifier';

export class AmqpSession {
  readonly #host: string;
  readonly #options: AmqpSessionOptions;
  readonly #connection: ChannelModel;
  readonly #channel: ConfirmChannel;
  #unrouted = false;
  #failure: unknown;

  private constructor(
    host: string,
    options: AmqpSessionOptions,
    connection: ChannelModel,
    channel: ConfirmChannel,
  ) {
    this.#host = host;
    this.#options = options;
    this.#connection = connection;
    this.#channel = channel;
    channel.on('return', () => {
      this.#unrouted = true;
    });
    const failed = (error: unknown): void => {
      this.#failure ??= error;
    };
    channel.on('error', failed);
    connection.on('error', failed);
  }

  /** Also looks whether the exchange is there; it is never made. Throws DeliveryError. */
  static async open(options: AmqpSessionOptions): Promise<AmqpSession> {
    const { certificates, exchange, signal } = options;
    const uri = new URL(options.uri);
    const { host } = uri;
    if (!uri.searchParams.has('heartbeat')) uri.searchParams.set('heartbeat', HEARTBEAT);
    let connection: ChannelModel | undefined;
    let isAbandoned = false;
    try {
      const connecting = connect(uri.href, {
        ...certificates,
        timeout: CONNECT_MS,
        noDelay: true,
        clientProperties: { connection_name: 'clearstory notifier' },
      });
      // When nobody waits any more, a connection that comes late must not stay.
      connecting.then(
        (late) => {
          if (isAbandoned) late.close().catch(() => undefined);
        },
        () => undefined,
      );
      connection = await answerInTime(connecting, { host, signal, ms: CONNECT_MS * 2 });
      // Without a listener what is also reported to those who wait would end the process.
      connection.on('error', () => undefined);
      const channel = await answerInTime(connection.createConfirmChannel(), { host, signal });
      const session = new AmqpSession(host, options, connection, channel);
      if (exchange !== '') await session.#answer(channel.checkExchange(exchange));
      return session;
    } catch (error) {
      isAbandoned = true;
      await connection?.close().catch(() => undefined);
      signal.throwIfAborted();
      throw failureOf(host, error, exchange);
    }
  }

  /** Resolves when there is room for the next; throws as `confirmed` does. */
  async publish(routingKey: string, content: Buffer, messageId: string): Promise<void> {
    this.#check();
    let hasRoom: boolean;
    try {
      hasRoom = this.#channel.publish(this.#options.exchange, routingKey, content, {
        contentType: 'application/json',
        appId: APPLICATION,
        messageId,
        // Survives a restart of the broker in a durable queue.
        persistent: true,
        // A message that no queue takes comes back: dropped in silence it would count as delivered.
        mandatory: true,
      });
    } catch (error) {
      throw this.#failed(error);
    }
    if (!hasRoom) await this.confirmed();
  }

  /** Resolves when the broker has taken responsibility for everything that was published. Throws DeliveryError. */
  async confirmed(): Promise<void> {
    try {
      await this.#answer(this.#channel.waitForConfirms());
    } catch (error) {
      throw this.#failed(error);
    }
    this.#check();
  }

  /** Never throws. */
  async close(): Promise<void> {
    const closed = this.#connection.close().catch(() => undefined);
    await answerInTime(closed, { host: this.#host, signal: new AbortController().signal, ms: 2_000 }).catch(
      () => undefined,
    );
  }

  #answer<T>(answer: Promise<T>): Promise<T> {
    return answerInTime(answer, { host: this.#host, signal: this.#options.signal });
  }

  #check(): void {
    if (this.#unrouted) {
      const message = `${this.#host}: no queue takes what is published to exchange ${JSON.stringify(this.#options.exchange)}; bind one for notifier.amqp.routing_key`;
      throw new DeliveryError('UNROUTED', message);
    }
    if (this.#failure !== undefined) throw this.#failed(this.#failure);
  }

  #failed(error: unknown): unknown {
    this.#options.signal.throwIfAborted();
    return failureOf(this.#host, this.#failure ?? error, this.#options.exchange);
  }
}

function failureOf(host: string, error: unknown, exchange: string): unknown {
  if (error instanceof DeliveryError) return error;
  const text = error instanceof Error ? error.message : '';
  // What the broker says is known by its codes (AMQP 0-9-1, section 1.2); its text may hold anything.
  if (/\b403\b|ACCESS_REFUSED/.test(text)) {
    const message = `${host} refuses the user of notifier.amqp.uris: check name, password, virtual host and rights`;
    return new DeliveryError('REFUSED', message, { cause: error });
  }
  if (/\b404\b|NOT_FOUND/.test(text)) {
    const message = `${host} has no exchange ${JSON.stringify(exchange)}; make it, it is never made here`;
    return new DeliveryError('REFUSED', message, { cause: error });
  }
  // amqplib tells this one by what it expected instead.
  if (/\b530\b|NOT_ALLOWED|ConnectionOpenOk/.test(text)) {
    const message = `${host} has no such virtual host, or it is not open to the user of notifier.amqp.uris`;
    return new DeliveryError('REFUSED', message, { cause: error });
  }
  if (/nacked/.test(text)) {
    return new DeliveryError('REFUSED', `${host} could not take responsibility for a message`, {
      cause: error,
    });
  }
  return networkFailure(host, error);
}
