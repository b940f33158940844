// Quay's client of the Clair v4 API, stated anew: what it sends, what it accepts, and how it takes everything else.
import { gunzipSync } from 'node:zlib';
import { SignJWT } from 'jose';
import { textBody } from '../../src/http/answer.ts';
import type { RenderedBody } from '../../src/model/rendered-body.ts';
import { type Ask, ask, type Reply } from './api-server.ts';
import { type QuayDocument, quayFaults } from './quay-schema.ts';

/** An answer that Quay takes for a failure; `status` decides whether it tries again. */
class QuayFailure extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(`HTTP ${status}: ${text}`);
    this.status = status;
  }
}

export type Json = Record<string, unknown>;

export class QuayHttp {
  readonly #port: number;
  readonly #key: Uint8Array | undefined;

  constructor(port: number, key?: Uint8Array) {
    this.#port = port;
    this.#key = key;
  }

  async state(): Promise<string> {
    const { document } = await this.#json('State', '/indexer/api/v1/index_state');
    return String(document?.state);
  }

  /** With the etag as Quay keeps it. */
  async index(manifest: unknown): Promise<{ etag: string; report: Json }> {
    const asked = { method: 'POST', body: JSON.stringify(manifest) };
    const { reply, document } = await this.#json('IndexReport', '/indexer/api/v1/index_report', asked);
    const { etag } = reply.headers;
    if (etag === undefined || document === undefined)
      throw new Error('Quay crashes: there is no etag, or no report');
    return { etag: etag.replaceAll('"', ''), report: document };
  }

  /** `undefined`: Quay shows it as queued. */
  async indexReport(digest: string): Promise<Json | undefined> {
    return (await this.#json('IndexReport', `/indexer/api/v1/index_report/${digest}`)).document;
  }

  /** As text, for `quayFeatures`. */
  async vulnerabilityReport(digest: string): Promise<string | undefined> {
    const path = `/matcher/api/v1/vulnerability_report/${digest}`;
    return (await this.#json('VulnerabilityReport', path)).text;
  }

  /** For `readAsQuay`. */
  async page(id: string, { next }: { next?: string }): Promise<RenderedBody | undefined> {
    const query = next === undefined ? '' : `?next=${next}`;
    const { text } = await this.#json('PagedNotifications', `/notifier/api/v1/notification/${id}${query}`);
    return text === undefined ? undefined : textBody(text);
  }

  async deleteNotification(id: string): Promise<boolean> {
    const { status } = await this.#send(`/notifier/api/v1/notification/${id}`, { method: 'DELETE' });
    if (status >= 300 && status !== 404) throw new QuayFailure(status, 'the notification stays');
    return status !== 404;
  }

  async delete(digest: string): Promise<void> {
    const { status } = await this.#send(`/indexer/api/v1/index_report/${digest}`, { method: 'DELETE' });
    if (status !== 204) throw new Error(`Quay waits in vain for 204: ${status}`);
  }

  async #json(
    kind: QuayDocument,
    path: string,
    asked: Ask = {},
  ): Promise<{ reply: Reply; text: string | undefined; document: Json | undefined }> {
    const reply = await this.#send(path, asked);
    const text = (
      reply.headers['content-encoding'] === 'gzip' ? gunzipSync(reply.body) : reply.body
    ).toString();
    if (reply.status === 400 && /[^\0-\x7f]/.test(text))
      throw new Error('Quay crashes: a 400 that is not ASCII');
    if (reply.status === 404 && asked.method === undefined)
      return { reply, text: undefined, document: undefined };
    if (reply.status >= 300) throw new QuayFailure(reply.status, text);
    const document = JSON.parse(text) as Json;
    const faults = quayFaults(kind, document);
    if (faults.length > 0) throw new Error(`Quay refuses the ${kind}: ${faults.join('; ')}`);
    return { reply, text, document };
  }

  async #send(path: string, asked: Ask): Promise<Reply> {
    const headers = { 'accept-encoding': 'gzip, deflate', ...(await this.#authorization()) };
    return ask(this.#port, path, { ...asked, headers });
  }

  async #authorization(): Promise<Record<string, string>> {
    if (!this.#key) return {};
    const claims = { iss: 'quay', exp: Math.floor(Date.now() / 1000) + 300 };
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(this.#key);
    return { authorization: `Bearer ${token}` };
  }
}
