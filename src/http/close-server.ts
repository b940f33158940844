// Ends a server: nothing new comes in, what is being answered gets some time.
import type { Server } from 'node:http';

/** Whether everything was answered within `graceMs`. What was not is still being answered: `closeAllConnections` cuts it. */
export async function closeServer(server: Server, graceMs: number): Promise<boolean> {
  if (!server.listening) return true;
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve(true);
    });
    // Since Node 19 it does this by itself; connections of which nothing is wanted must not hold us up.
    server.closeIdleConnections();
  });
}
