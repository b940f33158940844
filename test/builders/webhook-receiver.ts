// A receiver of webhooks that answers as the test says and notes the sets that it was told of.
import { type LoopbackServer, serveOnLoopback } from './loopback-server.ts';

export class WebhookReceiver {
  /** Ids of sets, in the order in which they were accepted. */
  readonly accepted: string[] = [];
  /** Those and the refused ones. */
  readonly offered: string[] = [];
  /** Of the next requests; then 200. */
  readonly statuses: number[] = [];
  #server: LoopbackServer | undefined;

  async start(): Promise<this> {
    this.#server = await serveOnLoopback((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      request.on('end', () => {
        const { notification_id: id } = JSON.parse(text);
        const status = this.statuses.shift() ?? 200;
        this.offered.push(id);
        if (status === 200) this.accepted.push(id);
        response.writeHead(status).end();
      });
    });
    return this;
  }

  get url(): URL {
    return new URL(`${this.#server!.url}/secscan/notification`);
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }
}
