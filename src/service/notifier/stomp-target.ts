// Delivers to a destination of a STOMP broker, with a receipt.
import type { StompSettings } from '../configuration/stomp-settings.ts';
import { brokerTls } from './broker-tls.ts';
import { callbackMessage, type DeliveryTarget, type OutgoingSet } from './delivery-target.ts';
import { firstBroker } from './first-broker.ts';
import { StompSession } from './stomp-session.ts';

export class StompTarget implements DeliveryTarget {
  readonly mechanism = 'stomp';
  readonly isDirect: boolean;
  readonly #settings: StompSettings;

  constructor(settings: StompSettings) {
    this.#settings = settings;
    this.isDirect = settings.direct;
  }

  async deliver(set: OutgoingSet, signal: AbortSignal): Promise<void> {
    const { uris, tls, user, direct } = this.#settings;
    const certificates = tls && (await brokerTls(tls, 'notifier.stomp'));
    const session = await firstBroker(uris, signal, (broker) =>
      StompSession.open({ broker, certificates, user, signal }),
    );
    try {
      await (direct ? this.#sendAll(session, set) : this.#sendCallback(session, set));
    } finally {
      await session.close();
    }
  }

  async #sendCallback(session: StompSession, { id }: OutgoingSet): Promise<void> {
    const message = Buffer.from(callbackMessage(this.#settings.callback!, id));
    await session.sendConfirmed('SEND', this.#headers(message), message);
  }

  /** All of the set or nothing of it: the broker shows the messages when the transaction is committed. */
  async #sendAll(session: StompSession, set: OutgoingSet): Promise<void> {
    const transaction = set.id;
    await session.send('BEGIN', { transaction });
    for await (const message of set.messages(this.#settings.rollup)) {
      await session.send('SEND', { ...this.#headers(message), transaction }, message);
    }
    await session.sendConfirmed('COMMIT', { transaction });
  }

  #headers(message: Buffer): Record<string, string | number> {
    return {
      destination: this.#settings.destination,
      'content-type': 'application/json',
      'content-length': message.length,
      // Like AMQP's delivery mode 2: survives a restart of the broker in a durable queue.
      persistent: 'true',
    };
  }
}
