// Tries the brokers of a list in order.

/**
 * What `open` gives for the first of `brokers` that it does not fail for; the failure of the last, when it fails for
 * all. A stop of the service is no failure of a broker.
 */
export async function firstBroker<T>(
  brokers: readonly string[],
  signal: AbortSignal,
  open: (broker: string) => Promise<T>,
): Promise<T> {
  let failure: unknown = new Error('there is no broker to try');
  for (const broker of brokers) {
    signal.throwIfAborted();
    try {
      return await open(broker);
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}
