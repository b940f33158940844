// stompit's client, without a fault of it that ends the process.
import stompit, { type CommandHandlers } from 'stompit';

/**
 * stompit 1.0.0 reads what an ERROR frame says and then destroys the frame in place of the connection: nobody listens to
 * the frame, so that a broker that refuses a password ends the process. The frame is not read here at all, as it may
 * repeat what was sent.
 */
export class StompClient extends stompit.Client {
  #isRefused = false;

  /** The broker has sent an ERROR frame, after which it ends the connection. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  override setCommandHandlers(handlers: CommandHandlers): void {
    super.setCommandHandlers({
      ...handlers,
      ERROR: () => {
        this.#isRefused = true;
        this.destroy(new Error('the broker sent an ERROR frame'));
      },
    });
  }
}
