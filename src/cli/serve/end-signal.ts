// Waits for the signal that ends the service; a second one ends the process.

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** What shells and supervisors show for a process that was ended by a signal before it was done. */
const EXIT_INTERRUPTED = 130;

/** Resolves with the first signal. */
export function endOfService(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isEnding = false;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (isEnding) process.exit(EXIT_INTERRUPTED);
        isEnding = true;
        resolve(signal);
      });
    }
  });
}
