// The `notifier` section: who is told about new vulnerabilities, and how often.
import { type AmqpSettings, readAmqp } from './amqp-settings.ts';
import type { Mode } from './mode.ts';
import type { Section } from './section.ts';
import { readStomp, type StompSettings } from './stomp-settings.ts';
import { readWebhook, type WebhookSettings } from './webhook-settings.ts';

export type DeliverySettings = WebhookSettings | AmqpSettings | StompSettings;

export interface NotifierSettings {
  /** Between two looks for new advisories, in milliseconds. Default 6 h. */
  readonly pollIntervalMs: number;
  /** Between two attempts to deliver, in milliseconds. Default 1 h. */
  readonly deliveryIntervalMs: number;
  /** One notification for each vulnerability of a manifest, not one for the manifest. */
  readonly disableSummary: boolean;
  /** `undefined`: nobody is told, and in combo mode there is no notifier. */
  readonly delivery: DeliverySettings | undefined;
}

const DEFAULT_POLL_MS = 6 * 60 * 60 * 1000;
const DEFAULT_DELIVERY_MS = 60 * 60 * 1000;

/** Shorter intervals mean the default, as in Clair. */
const MIN_INTERVAL_MS = 60_000;

export function readNotifier(section: Section, mode: Mode): NotifierSettings {
  section.url('indexer_addr');
  section.url('matcher_addr');
  const mechanisms: readonly (DeliverySettings | undefined)[] = [
    readWebhook(section),
    readAmqp(section),
    readStomp(section),
  ];
  const [delivery, ...others] = mechanisms.filter((each) => each !== undefined);
  for (const { kind } of others)
    section.warn(kind, `is not used: of several ways to deliver ${delivery!.kind} counts`);
  if (mode === 'notifier' && !['webhook', 'amqp', 'stomp'].some((kind) => section.has(kind))) {
    section.fault('webhook', 'is absent, and so are amqp and stomp: mode notifier has nobody to tell');
  }
  return {
    pollIntervalMs: interval(section, 'poll_interval', DEFAULT_POLL_MS),
    deliveryIntervalMs: interval(section, 'delivery_interval', DEFAULT_DELIVERY_MS),
    disableSummary: section.boolean('disable_summary') === true,
    delivery,
  };
}

function interval(section: Section, name: string, defaultMs: number): number {
  const ms = section.duration(name);
  if (ms === undefined || ms === 0) return defaultMs;
  if (ms >= MIN_INTERVAL_MS) return ms;
  section.warn(name, 'is below one minute, so the default is used, as in Clair');
  return defaultMs;
}
