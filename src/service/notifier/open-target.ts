// The one way of delivering that the configuration chooses.
import type { DeliverySettings } from '../configuration/notifier-settings.ts';
import { AmqpTarget } from './amqp-target.ts';
import type { DeliveryTarget } from './delivery-target.ts';
import { StompTarget } from './stomp-target.ts';
import { type WebhookOptions, WebhookTarget } from './webhook-target.ts';

/** Opens no connection yet. */
export function openTarget(settings: DeliverySettings, options: WebhookOptions): DeliveryTarget {
  switch (settings.kind) {
    case 'webhook':
      return new WebhookTarget(settings, options);
    case 'amqp':
      return new AmqpTarget(settings);
    case 'stomp':
      return new StompTarget(settings);
  }
}
