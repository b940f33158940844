// The `notifier.amqp` section.
import { type ClientTls, readClientTls } from './client-tls.ts';
import type { Section } from './section.ts';
import { callbackOf } from './webhook-settings.ts';

export interface AmqpSettings {
  readonly kind: 'amqp';
  readonly exchange: AmqpExchange;
  readonly routingKey: string;
  /** Present unless `direct`; ends in a slash. */
  readonly callback: URL | undefined;
  /** Tried in order, at least one; they hold passwords. */
  readonly uris: readonly string[];
  /** Notifications themselves are sent, not the address to fetch them from. */
  readonly direct: boolean;
  /** Notifications in one message when `direct`. At least 1. */
  readonly rollup: number;
  readonly tls: ClientTls | undefined;
}

/** Must exist; it is only looked at. */
export interface AmqpExchange {
  /** `''`: the broker's default exchange. */
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
}

/** `undefined` when there is none, or when it is faulty. */
export function readAmqp(notifier: Section): AmqpSettings | undefined {
  if (!notifier.has('amqp')) return undefined;
  const section = notifier.section('amqp');
  const direct = section.boolean('direct') === true;
  const exchange = readExchange(section.section('exchange'));
  const routingKey = section.text('routing_key');
  const uris = section.texts('uris') ?? [];
  if (routingKey === undefined) section.fault('routing_key', 'is missing');
  if (uris.length === 0) section.fault('uris', 'is missing: name at least one amqp:// or amqps:// address');
  // What stands in an address may be a password, so none is repeated.
  if (!uris.every(isAmqpUri))
    section.fault('uris', 'must hold addresses that begin with amqp:// or amqps://');
  const callback = callbackOf(section, !direct);
  const rollup = section.whole('rollup', { min: 0 }) || 1;
  const tls = readClientTls(section, 'tls');
  if (exchange === undefined || routingKey === undefined) return undefined;
  return { kind: 'amqp', exchange, routingKey, callback, uris, direct, rollup, tls };
}

function readExchange(section: Section): AmqpExchange | undefined {
  const type = section.text('type');
  if (type === undefined) section.fault('type', 'is missing: direct, fanout, topic or headers');
  const durability = section.boolean('durability');
  const durable = section.boolean('durable');
  if (durable !== undefined) section.warn('durable', 'is an old name; write durability');
  const name = section.text('name') ?? '';
  const autoDelete = section.boolean('auto_delete') === true;
  return type === undefined ? undefined : { name, type, durable: durability ?? durable ?? false, autoDelete };
}

function isAmqpUri(text: string): boolean {
  return URL.canParse(text) && /^amqps?:$/.test(new URL(text).protocol);
}
