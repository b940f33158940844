// Delivers to an exchange of an AMQP 0-9-1 broker, each message confirmed by it.
import type { AmqpSettings } from '../configuration/amqp-settings.ts';
import { AmqpSession } from './amqp-session.ts';
import { brokerTls } from './broker-tls.ts';
import { callbackMessage, type DeliveryTarget, type OutgoingSet } from './delivery-target.ts';
import { firstBroker } from './first-broker.ts';

/** Unconfirmed at once: what a broker writes to its disks together. */
const MESSAGES_A_CONFIRMATION = 500;

export class AmqpTarget implements DeliveryTarget {
  readonly mechanism = 'amqp';
  readonly isDirect: boolean;
  readonly #settings: AmqpSettings;

  constructor(settings: AmqpSettings) {
    this.#settings = settings;
    this.isDirect = settings.direct;
  }

  /**
   * Clair publishes in a transaction, which RabbitMQ advises against and does not make durable any sooner; confirmations
   * give the same promise, at least once: a set whose delivery breaks off is sent again from its beginning.
   */
  async deliver(set: OutgoingSet, signal: AbortSignal): Promise<void> {
    const { uris, exchange, routingKey, tls } = this.#settings;
    const certificates = await brokerTls(tls, 'notifier.amqp');
    const session = await firstBroker(uris, signal, (uri) =>
      AmqpSession.open({ uri, certificates, exchange: exchange.name, signal }),
    );
    try {
      let sent = 0;
      for await (const message of this.#messages(set)) {
        await session.publish(routingKey, message, set.id);
        if (++sent % MESSAGES_A_CONFIRMATION === 0) await session.confirmed();
      }
      await session.confirmed();
    } finally {
      await session.close();
    }
  }

  async *#messages(set: OutgoingSet): AsyncGenerator<Buffer> {
    const { direct, callback, rollup } = this.#settings;
    if (direct) yield* set.messages(rollup);
    else yield Buffer.from(callbackMessage(callback!, set.id));
  }
}
