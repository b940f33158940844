// Ends a server: nothing new comes in, what is being answered gets some time.
import type { Server } from 'node:http';

/**
 * Stops listening. What it returns waits for everything to be answered, for so many milliseconds at most, and says whether
 * it was.
 */
export function beginClosing(server: Server): (ms: number) => Promise<boolean> {
  if (!server.listening) return async () => true;
  const closed = new Promise<true>((resolve) => {
    server.close(() => resolve(true));
  });
  // Connections of which nothing is wanted must not hold us up. Those in use close after their answer.
  server.closeIdleConnections();
  return async (ms) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), ms);
    });
    const isClosed = await Promise.race([closed, late]);
    clearTimeout(timer);
    return isClosed;
  };
}
