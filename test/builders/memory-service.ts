// The service behind the API as a few maps, for tests of what HTTP makes of it.
import { jsonBody } from '../../src/http/answer.ts';
import type { IndexerPart, MatcherPart, NotifierPart } from '../../src/http/service-parts.ts';

export class MemoryIndexer implements IndexerPart {
  readonly reports = new Map<string, unknown>();
  /** What indexing waits for. */
  gate: Promise<unknown> = Promise.resolve();
  current = 'state-1';

  async state() {
    return this.current;
  }

  async index({ hash, layers }: Parameters<IndexerPart['index']>[0]) {
    await this.gate;
    this.reports.set(hash, { manifest_hash: hash, state: 'IndexFinished', layers: layers.length });
    return jsonBody(this.reports.get(hash));
  }

  async indexReport(digest: string) {
    return this.reports.has(digest) ? jsonBody(this.reports.get(digest)) : undefined;
  }

  async delete(digests: readonly string[]) {
    return digests.filter((digest) => this.reports.delete(digest));
  }

  async affectedManifests(vulnerabilities: readonly unknown[]) {
    return jsonBody({ vulnerabilities: {}, vulnerable_manifests: {}, asked: vulnerabilities.length });
  }
}

export function memoryMatcher(text: string, maxAge?: number): MatcherPart {
  const plain = [Buffer.from(text)];
  return {
    vulnerabilityReport: async (digest) =>
      digest.endsWith('0') ? undefined : { plain, plainBytes: text.length, ...(maxAge && { maxAge }) },
    updateOperations: async (kind, latest) => ({ newest: kind, body: jsonBody({ kind, latest }) }),
    deleteOperation: async () => {},
    updateDiff: async (cur, prev) => jsonBody({ cur, prev }),
  };
}

export const memoryNotifier: NotifierPart = {
  page: async (id, query) => (id.startsWith('0') ? undefined : jsonBody({ page: query, notifications: [] })),
  delete: async () => false,
};
