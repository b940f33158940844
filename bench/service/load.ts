// Asks a server as fast as it answers, over a fixed number of connections, and says how fast that was.
import { Pool } from 'undici';

export interface Question {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface LoadOptions {
  /** Without a path. */
  readonly origin: string;
  /** The question of this number; asked in order, each by whoever is free. */
  readonly question: (index: number) => Question;
  readonly connections: number;
  /** Ends after so many questions, or so many seconds, whichever comes first. */
  readonly questions?: number;
  readonly seconds: number;
  /** The status that counts as an answer. */
  readonly status: number;
}

export interface Load {
  readonly answers: number;
  /** Other statuses, cut connections. */
  readonly failures: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  /** Of a body, as it came, on average. */
  readonly bytes: number;
}

/** So that a benchmark ends whatever happens: nothing that is measured here may take so long. */
const TIMEOUT_MS = 60_000;

export async function load(options: LoadOptions): Promise<Load> {
  const { origin, question, connections, questions = Number.POSITIVE_INFINITY, seconds, status } = options;
  const pool = new Pool(origin, { connections, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  const times: number[] = [];
  let failures = 0;
  let bytes = 0;
  let next = 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  const ask = async (): Promise<void> => {
    while (next < questions && performance.now() < end) {
      const { method, path, body, headers } = question(next++);
      const before = performance.now();
      const given = { method, path, ...(body !== undefined && { body }), ...(headers && { headers }) };
      try {
        const answer = await pool.request(given);
        let size = 0;
        for await (const chunk of answer.body as AsyncIterable<Buffer>) size += chunk.length;
        if (answer.statusCode !== status) {
          failures++;
          continue;
        }
        times.push(performance.now() - before);
        bytes += size;
      } catch {
        failures++;
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, ask));
  const took = (performance.now() - start) / 1000;
  await pool.destroy();
  times.sort((one, other) => one - other);
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return {
    answers: times.length,
    failures,
    perSecond: times.length / took,
    p50: at(0.5),
    p99: at(0.99),
    longest: times.at(-1) ?? 0,
    bytes: times.length === 0 ? 0 : bytes / times.length,
  };
}
