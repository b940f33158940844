// Delivers by POST to an address of the administrator's: Quay's, as a rule.
import { rootCertificates } from 'node:tls';
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import type { WebhookSettings } from '../configuration/webhook-settings.ts';
import { DeliveryError } from './delivery-error.ts';
import { callbackMessage, type DeliveryTarget, type OutgoingSet } from './delivery-target.ts';
import { networkFailure } from './network-failure.ts';

export interface WebhookOptions {
  /** As sent: `clearstory/1.0.0`. */
  readonly userAgent: string;
  /** A new token for each request; absent without a key. */
  readonly token?: (() => Promise<string>) | undefined;
  /** PEM of authorities to trust beside those of the system. */
  readonly ca?: string | undefined;
  /** For the whole exchange. Default 30 s: the receiver has to store one id. */
  readonly timeoutMs?: number;
}

/** What is read of an answer: nobody looks at it, but a short one leaves the connection usable. */
const MAX_ANSWER_BYTES = 16 * 1024;

export class WebhookTarget implements DeliveryTarget {
  readonly mechanism = 'webhook';
  readonly isDirect = false;
  readonly #settings: WebhookSettings;
  readonly #options: WebhookOptions;
  readonly #timeoutMs: number;

  constructor(settings: WebhookSettings, options: WebhookOptions) {
    this.#settings = settings;
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? 30_000;
  }

  /** Only 200 counts, as with Clair. Redirects are not followed: the token is for the configured host alone. */
  async deliver({ id }: OutgoingSet, signal: AbortSignal): Promise<void> {
    const { target, callback } = this.#settings;
    const headers = await this.#headers();
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    // An agent of its own: deliveries are rare, and nothing stays open between them.
    const dispatcher = this.#agent();
    try {
      const answer = await request(target, {
        dispatcher,
        method: 'POST',
        headers,
        body: callbackMessage(callback, id),
        signal: AbortSignal.any([signal, timeout]),
      });
      await answer.body.dump({ limit: MAX_ANSWER_BYTES }).catch(() => undefined);
      if (answer.statusCode !== 200) throw new DeliveryError('REFUSED', this.#refusal(answer));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof DeliveryError) throw error;
      if (timeout.aborted) {
        const message = `${target.host} did not answer within ${Math.ceil(this.#timeoutMs / 1000)} s`;
        throw new DeliveryError('SILENT', message, { cause: error });
      }
      throw networkFailure(target.host, error);
    } finally {
      await dispatcher.destroy();
    }
  }

  async #headers(): Promise<Record<string, string | string[]>> {
    const configured = Object.entries(this.#settings.headers).map(
      ([name, values]) => [name.toLowerCase(), [...values]] as const,
    );
    const token = await this.#options.token?.();
    return {
      ...Object.fromEntries(configured),
      'content-type': 'application/json',
      'user-agent': this.#options.userAgent,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
  }

  #agent(): EnvHttpProxyAgent {
    const { ca } = this.#options;
    const tls = ca === undefined ? {} : { ca: [...rootCertificates, ca] };
    return new EnvHttpProxyAgent({ connect: { ...tls, timeout: 10_000 }, requestTls: tls });
  }

  #refusal({ statusCode, headers }: Dispatcher.ResponseData): string {
    const { host } = this.#settings.target;
    if (statusCode === 401 || statusCode === 403) {
      return `${host} answered HTTP ${statusCode}; it must know the same key as auth.psk, and the clocks must agree`;
    }
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      return `${host} answered HTTP ${statusCode} with a redirect, which is not followed; set notifier.webhook.target to the final address`;
    }
    return `${host} answered HTTP ${statusCode}, and only 200 counts as delivered`;
  }
}
