// Ends a connection whose request was answered before its body was read, so that the client still sees the answer.
import type { IncomingMessage, ServerResponse } from 'node:http';

/** For a client to notice that it has been answered. */
const LINGER_MS = 2_000;
/** What may still be on its way when the answer arrives. */
const LINGER_BYTES = 4 * 1024 * 1024;

/**
 * To be called before the head of the answer is sent; does nothing when the whole request has come in. Closing at once would
 * make the kernel reset the connection while the client is still sending, and the client throw away the answer; reading
 * everything would let a client send for ever.
 */
export function closeAfterAnswer(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete) return;
  response.setHeader('connection', 'close');
  const { socket } = request;
  const allowed = socket.bytesRead + LINGER_BYTES;
  // Node calls it when the answer is sent, and would close both directions.
  socket.destroySoon = () => {
    socket.end();
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(timer));
    request.on('data', () => {
      if (socket.bytesRead > allowed) socket.destroy();
    });
    request.once('end', () => socket.destroy());
    request.resume();
  };
}
