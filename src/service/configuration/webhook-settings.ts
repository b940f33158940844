// The `notifier.webhook` section.
import type { Section } from './section.ts';

export interface WebhookSettings {
  readonly kind: 'webhook';
  /** Where notifications are posted to. */
  readonly target: URL;
  /** Begins the addresses of notifications; ends in a slash. */
  readonly callback: URL;
  /** Sent along; may hold secrets. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
}

/** `undefined` when there is none, or when it is faulty. */
export function readWebhook(notifier: Section): WebhookSettings | undefined {
  if (!notifier.has('webhook')) return undefined;
  const section = notifier.section('webhook');
  if (section.boolean('signed') !== undefined) {
    section.warn('signed', 'has no effect, as in Clair: with auth.psk webhooks are signed');
  }
  const headers = section.textListMap('headers');
  const target = requiredUrl(section, 'target');
  const callback = callbackOf(section, true);
  return target && callback && { kind: 'webhook', target, callback, headers };
}

/** The base of the addresses of notifications, ending in a slash; a fault when it `isRequired` and absent. */
export function callbackOf(section: Section, isRequired: boolean): URL | undefined {
  const url = isRequired ? requiredUrl(section, 'callback') : section.url('callback');
  if (url && !url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function requiredUrl(section: Section, name: string): URL | undefined {
  if (!section.has(name)) section.fault(name, 'is missing');
  return section.url(name);
}
