// Whom sets of notifications are delivered to, however it is reached.

/** A set on its way. */
export interface OutgoingSet {
  readonly id: string;
  /** Its notifications, `perMessage` to a JSON array; made while they are read. */
  messages(perMessage: number): AsyncIterable<Buffer>;
}

export interface DeliveryTarget {
  /** For logs and metrics. */
  readonly mechanism: 'webhook' | 'amqp' | 'stomp';
  /** Everything was handed over, so that nobody will ask for the set: it is deleted once delivered. */
  readonly isDirect: boolean;
  /** Resolves when the target has confirmed it. Throws DeliveryError, or the reason of `signal`. */
  deliver(set: OutgoingSet, signal: AbortSignal): Promise<void>;
}

/** What is sent when notifications are to be fetched: exactly these two keys, as JSON. */
export function callbackMessage(callback: URL, id: string): string {
  return JSON.stringify({ notification_id: id, callback: new URL(id, callback).href });
}
