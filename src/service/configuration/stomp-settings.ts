// The `notifier.stomp` section.
import { type ClientTls, readClientTls } from './client-tls.ts';
import type { Section } from './section.ts';
import { callbackOf } from './webhook-settings.ts';

export interface StompSettings {
  readonly kind: 'stomp';
  readonly destination: string;
  /** Present unless `direct`; ends in a slash. */
  readonly callback: URL | undefined;
  /** `host:port`, tried in order, at least one. */
  readonly uris: readonly string[];
  /** Notifications themselves are sent, not the address to fetch them from. */
  readonly direct: boolean;
  /** Notifications in one message when `direct`. At least 1. */
  readonly rollup: number;
  readonly tls: ClientTls | undefined;
  readonly user: StompUser | undefined;
}

export interface StompUser {
  readonly login: string;
  /** A secret. */
  readonly passcode: string;
}

/** `undefined` when there is none, or when it is faulty. */
export function readStomp(notifier: Section): StompSettings | undefined {
  if (!notifier.has('stomp')) return undefined;
  const section = notifier.section('stomp');
  const direct = section.boolean('direct') === true;
  const destination = section.text('destination');
  const uris = section.texts('uris') ?? [];
  if (destination === undefined) section.fault('destination', 'is missing');
  if (uris.length === 0) section.fault('uris', 'is missing: name at least one broker as host:port');
  if (!uris.every((uri) => /^(?:\[[\da-fA-F:]+\]|[^\s:/@]+):\d{1,5}$/.test(uri))) {
    section.fault('uris', 'must hold brokers as host:port');
  }
  const callback = callbackOf(section, !direct);
  const rollup = section.whole('rollup', { min: 0 }) || 1;
  const tls = readClientTls(section, 'tls');
  const user = readUser(section);
  if (destination === undefined) return undefined;
  return { kind: 'stomp', destination, callback, uris, direct, rollup, tls, user };
}

/** Clair's own sample calls the section `login`. */
function readUser(section: Section): StompUser | undefined {
  if (section.has('login')) section.warn('login', 'is an old name; write user');
  const name = section.has('user') || !section.has('login') ? 'user' : 'login';
  const user = section.section(name);
  const login = user.text('login');
  const passcode = user.text('passcode') ?? '';
  return login === undefined ? undefined : { login, passcode };
}
