// Delivery to a real broker by AMQP and by STOMP: what arrives, what is refused, and what a restart of it loses.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeCertificate, type ServerCertificate } from '../../../test/builders/certificates.ts';
import { growingMonth, MonthlyAdvisories } from '../../../test/builders/monthly-advisories.ts';
import { type RabbitMq, startRabbitMq, whyNoRabbitMq } from '../../../test/builders/rabbitmq.ts';
import { ENGINES, testStore } from '../../../test/builders/store-engine.ts';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import { createLogger } from '../../base/log.ts';
import type { ClairNotification } from '../../model/clair-notification.ts';
import { NotificationDrafts } from '../../store/notification-drafts.ts';
import type { AmqpSettings } from '../configuration/amqp-settings.ts';
import type { StompSettings } from '../configuration/stomp-settings.ts';
import { AmqpTarget } from './amqp-target.ts';
import type { DeliveryTarget, OutgoingSet } from './delivery-target.ts';
import { Notifier } from './notifier.ts';
import { StompTarget } from './stomp-target.ts';

const skipped = whyNoRabbitMq();
if (skipped !== undefined) console.warn(`delivery by AMQP and STOMP is not tested: ${skipped}`);

const ID = '1b4d0db2-e757-4150-bbbb-543658144205';
const CALLBACK = new URL('https://clearstory.example/notifier/api/v1/notification/');
const QUEUE = 'images';
const NOBODY = '127.0.0.1:1';

/** A set of `count` notifications; only their number matters to a target. */
function setOf(count: number): OutgoingSet {
  return {
    id: ID,
    async *messages(perMessage) {
      for (let first = 1; first <= count; first += perMessage) {
        const size = Math.min(perMessage, count - first + 1);
        const numbers = Array.from({ length: size }, (_, index) => ({ id: `n${first + index}` }));
        yield Buffer.from(JSON.stringify(numbers));
      }
    },
  };
}

describe.skipIf(skipped !== undefined)('over RabbitMQ', () => {
  let certificate: ServerCertificate;
  let broker: RabbitMq;
  let connection: ChannelModel;
  let channel: ConfirmChannel;
  const signal = new AbortController().signal;

  beforeAll(async () => {
    certificate = makeCertificate();
    broker = await startRabbitMq(certificate);
  }, 120_000);
  afterAll(() => broker?.close());

  beforeEach(async () => {
    connection = await broker.connect();
    channel = await connection.createConfirmChannel();
    await channel.assertExchange('clair', 'direct', { durable: true });
    await channel.assertQueue(QUEUE, { durable: true });
    await channel.bindQueue(QUEUE, 'clair', 'notifications');
    await channel.purgeQueue(QUEUE);
  });
  afterEach(() => connection.close().catch(() => undefined));

  const amqp = (over: Partial<AmqpSettings> = {}): AmqpTarget =>
    new AmqpTarget({
      kind: 'amqp',
      exchange: { name: 'clair', type: 'direct', durable: true, autoDelete: false },
      routingKey: 'notifications',
      callback: CALLBACK,
      uris: [broker.uri],
      direct: false,
      rollup: 1,
      tls: undefined,
      ...over,
    });
  const stomp = (over: Partial<StompSettings> = {}): StompTarget =>
    new StompTarget({
      kind: 'stomp',
      destination: `/amq/queue/${QUEUE}`,
      callback: CALLBACK,
      uris: [broker.stomp],
      direct: false,
      rollup: 1,
      tls: undefined,
      user: { login: 'guest', passcode: 'guest' },
      ...over,
    });

  async function received(): Promise<{ json: unknown; headers: object }[]> {
    const messages: { json: unknown; headers: object }[] = [];
    for (;;) {
      const message = await channel.get(QUEUE, { noAck: true });
      if (!message) return messages;
      messages.push({ json: JSON.parse(message.content.toString()), headers: message.properties });
    }
  }

  async function failureOf(target: DeliveryTarget): Promise<{ code: string; message: string }> {
    try {
      await target.deliver(setOf(1), signal);
    } catch (error) {
      return error as { code: string; message: string };
    }
    throw new Error('it was delivered');
  }

  /** Paths of the certificates, as a configuration names them. */
  function pemFiles() {
    const rootCa = join(temporaryDirectory(), 'ca.pem');
    writeFileSync(rootCa, certificate.ca);
    return { rootCa, cert: undefined, key: undefined };
  }

  const callbackMessage = { notification_id: ID, callback: `${CALLBACK.href}${ID}` };

  test('AMQP: the callback arrives as Clair sends it, and survives the broker', async () => {
    await amqp().deliver(setOf(3), signal);
    const [message, ...others] = await received();
    expect(others).toEqual([]);
    expect(message?.json).toEqual(callbackMessage);
    expect(message?.headers).toMatchObject({
      contentType: 'application/json',
      appId: 'clairV4-notifier',
      messageId: ID,
      deliveryMode: 2,
    });
  });

  test('STOMP: the callback arrives as Clair sends it, and survives the broker', async () => {
    await stomp().deliver(setOf(3), signal);
    const [message, ...others] = await received();
    expect(others).toEqual([]);
    expect(message?.json).toEqual(callbackMessage);
    expect(message?.headers).toMatchObject({ contentType: 'application/json', deliveryMode: 2 });
  });

  test.each(['amqp', 'stomp'] as const)(
    '%s direct: all notifications, so many to a message',
    async (kind) => {
      const settings = { direct: true, callback: undefined, rollup: 400 };
      const target = kind === 'amqp' ? amqp(settings) : stomp(settings);
      expect(target.isDirect).toBe(true);
      await target.deliver(setOf(1001), signal);
      const messages = (await received()).map(({ json }) => json as { id: string }[]);
      expect(messages.map((message) => message.length)).toEqual([400, 400, 201]);
      expect(messages.flat().map(({ id }) => id)).toEqual(
        Array.from({ length: 1001 }, (_, n) => `n${n + 1}`),
      );
    },
  );

  test.each(['amqp', 'stomp'] as const)(
    '%s direct: more messages than are confirmed at once',
    async (kind) => {
      const settings = { direct: true, callback: undefined };
      await (kind === 'amqp' ? amqp(settings) : stomp(settings)).deliver(setOf(1200), signal);
      expect(await received()).toHaveLength(1200);
    },
  );

  test.each(['amqp', 'stomp'] as const)('%s: the next broker is taken when one is away', async (kind) => {
    const target =
      kind === 'amqp'
        ? amqp({ uris: [`amqp://guest:guest@${NOBODY}`, broker.uri] })
        : stomp({ uris: [NOBODY, broker.stomp] });
    await target.deliver(setOf(1), signal);
    expect(await received()).toHaveLength(1);
  });

  test('AMQP over TLS, with the authority that is named', async () => {
    await amqp({ uris: [broker.tlsUri], tls: pemFiles() }).deliver(setOf(1), signal);
    expect(await received()).toHaveLength(1);
    expect(await failureOf(amqp({ uris: [broker.tlsUri] }))).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringMatching(/certificate is of an authority that is not trusted/),
    });
  });

  test('STOMP over TLS, with the authority that is named', async () => {
    await stomp({ uris: [broker.stompTls], tls: pemFiles() }).deliver(setOf(1), signal);
    expect(await received()).toHaveLength(1);
    const untrusted = { rootCa: undefined, cert: undefined, key: undefined };
    expect(await failureOf(stomp({ uris: [broker.stompTls], tls: untrusted }))).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringMatching(/certificate is of an authority that is not trusted/),
    });
  });

  test('a certificate file that is not there is said by its key', async () => {
    const tls = { rootCa: '/nowhere/ca.pem', cert: undefined, key: undefined };
    const expected = { code: 'SETTINGS', message: expect.stringMatching(/tls\.root_ca: \/nowhere\/ca\.pem/) };
    expect(await failureOf(amqp({ tls }))).toMatchObject(expected);
    expect(await failureOf(stomp({ tls }))).toMatchObject(expected);
  });

  test('an exchange that is not there is not made', async () => {
    const exchange = { name: 'absent', type: 'direct', durable: true, autoDelete: false };
    const failure = await failureOf(amqp({ exchange }));
    expect(failure).toMatchObject({
      code: 'REFUSED',
      message: expect.stringMatching(/no exchange "absent"/),
    });
    await expect(channel.checkExchange('absent')).rejects.toThrow(/NOT_FOUND/);
    channel.on('error', () => undefined);
  });

  test('a message that no queue takes is not delivered', async () => {
    expect(await failureOf(amqp({ routingKey: 'nobody' }))).toMatchObject({
      code: 'UNROUTED',
      message: expect.stringMatching(/no queue takes what is published to exchange "clair"/),
    });
  });

  test('a wrong password is refused and does not show', async () => {
    const { host } = new URL(broker.uri);
    const failures = [
      await failureOf(amqp({ uris: [`amqp://guest:hunter2@${host}`] })),
      await failureOf(stomp({ user: { login: 'guest', passcode: 'hunter2' } })),
    ];
    for (const failure of failures) {
      expect(failure.code).toBe('REFUSED');
      expect(failure.message).not.toContain('hunter2');
    }
  });

  test('a destination that the broker does not know is refused', async () => {
    expect(await failureOf(stomp({ destination: '/nowhere/images' }))).toMatchObject({
      code: 'REFUSED',
      message: expect.stringMatching(/check destination/),
    });
  });

  test('a virtual host that is not there is refused', async () => {
    expect(await failureOf(amqp({ uris: [`${broker.uri}/elsewhere`] }))).toMatchObject({ code: 'REFUSED' });
  });

  test('being stopped ends a delivery at once, for that reason', async () => {
    const stopping = new AbortController();
    const endless: OutgoingSet = {
      id: ID,
      async *messages() {
        for (let sent = 0; ; sent++) {
          if (sent === 10) stopping.abort(new Error('stopping'));
          yield Buffer.from('[]');
        }
      },
    };
    const settings = { direct: true, callback: undefined };
    await expect(amqp(settings).deliver(endless, stopping.signal)).rejects.toThrow('stopping');
    await expect(stomp(settings).deliver(endless, stopping.signal)).rejects.toThrow('stopping');
  });

  test('a transaction by STOMP that breaks off leaves nothing behind', async () => {
    const broken: OutgoingSet = {
      id: ID,
      async *messages() {
        yield Buffer.from('[1]');
        throw new Error('the database is gone');
      },
    };
    const target = stomp({ direct: true, callback: undefined });
    await expect(target.deliver(broken, signal)).rejects.toThrow('the database is gone');
    expect(await received()).toEqual([]);
  });

  test.each(['amqp', 'stomp'] as const)(
    '%s: a broker that dies in the midst fails the delivery; once it is back, all of it arrives',
    async (kind) => {
      const settings = { direct: true, callback: undefined };
      const target = kind === 'amqp' ? amqp(settings) : stomp(settings);
      const dying: OutgoingSet = {
        id: ID,
        async *messages() {
          for (const [index, message] of ['[1]', '[2]', '[3]'].entries()) {
            if (index === 1) await broker.stop();
            yield Buffer.from(message);
          }
        },
      };
      await expect(target.deliver(dying, signal)).rejects.toMatchObject({ code: 'UNREACHABLE' });
      expect(await failureOf(target)).toMatchObject({ code: 'UNREACHABLE' });
      await broker.start();
      connection = await broker.connect();
      channel = await connection.createConfirmChannel();
      await target.deliver(setOf(3), signal);
      const ids = (await received()).flatMap(({ json }) => json as ({ id: string } | number)[]);
      expect(ids.slice(-3)).toEqual([{ id: 'n1' }, { id: 'n2' }, { id: 'n3' }]);
    },
    120_000,
  );

  describe('a notifier that delivers whole sets', () => {
    const store = testStore(ENGINES.at(-1)!);

    test('outlasts a broker that is away: everything arrives, and the set is deleted', {
      timeout: 120_000,
    }, async () => {
      const advisories = new MonthlyAdvisories(store.database, growingMonth);
      const digests = [await advisories.index('one', 2300), await advisories.index('two', 2300)];
      await advisories.publish(1);
      await new NotificationDrafts(store.database).markFirst(1);
      await advisories.publish(3);
      const statuses = async () =>
        (await store.database.query('select status, attempts from notification_set')) as [
          { status: string; attempts: number }?,
        ];
      await broker.stop();
      const notifier = new Notifier({
        database: store.database,
        sources: advisories.sources(),
        target: stomp({ direct: true, callback: undefined, rollup: 3 }),
        settings: { pollIntervalMs: 60_000, deliveryIntervalMs: 200, disableSummary: true },
        log: createLogger('silent'),
        firstRetryMs: 20,
      });
      notifier.start();
      await vi.waitFor(async () => expect((await statuses())[0]?.attempts).toBeGreaterThan(2), 20_000);
      await broker.start();
      await vi.waitFor(async () => expect((await statuses())[0]?.status).toBe('deleted'), 20_000);
      await notifier.stop();
      connection = await broker.connect();
      channel = await connection.createConfirmChannel();
      const messages = (await received()).map(({ json }) => json as ClairNotification[]);
      expect(messages.map((message) => message.length)).toEqual([3, 1]);
      const told = messages.flat().map(({ manifest, vulnerability }) => [manifest, vulnerability.name]);
      expect(told).toEqual(
        digests.flatMap((digest) => ['CVE-2026-2002', 'CVE-2026-2003'].map((name) => [digest, name])),
      );
    });
  });
});
