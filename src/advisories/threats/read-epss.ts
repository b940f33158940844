// EPSS scores of one day as CSV: a comment with model and date, a header, a row a CVE. https://www.first.org/epss/data_stats
import { cveKey } from './cve-key.ts';
import { EpssFileBuilder } from './epss-file.ts';
import type { ThreatDocument } from './threat-document.ts';
import { isMarkup, MARKUP, unreadable } from './unreadable.ts';

/** 300,000 rows have 8 MB; all CVEs that will be for decades fit. */
const MAX_BYTES = 256 * 1024 * 1024;

/** A row has some thirty characters. */
const MAX_LINE = 1024;

const HEADER = 'cve,epss,percentile';

/** @throws AdvisoriesError DOCUMENT_UNREADABLE */
export async function readEpss(chunks: AsyncIterable<Uint8Array>, where: string): Promise<ThreatDocument> {
  const reader = new EpssReader(where);
  let size = 0;
  let rest = '';
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > MAX_BYTES) throw unreadable(where, 'is over 256 MiB, which no day of EPSS is');
    const lines = (rest + Buffer.from(chunk).toString('latin1')).split('\n');
    rest = lines.pop()!;
    for (const line of lines) reader.take(line);
    if (rest.length > MAX_LINE) reader.take(rest);
  }
  if (rest !== '') reader.take(rest);
  return reader.finish();
}

class EpssReader {
  readonly #where: string;
  readonly #builder = new EpssFileBuilder();
  #released: string | undefined;
  #isPastHeader = false;
  #line = 0;

  constructor(where: string) {
    this.#where = where;
  }

  take(line: string): void {
    this.#line++;
    const text = line.trimEnd();
    if (text === '') return;
    if (this.#isPastHeader) this.#row(text);
    else this.#head(text);
  }

  finish(): ThreatDocument {
    const { bytes, entries } = this.#builder.finish();
    if (entries === 0) throw unreadable(this.#where, 'has no scores');
    return { bytes, entries, released: this.#released };
  }

  #head(text: string): void {
    if (text.startsWith('#')) {
      // `#model_version:v2025.03.14,score_date:2025-09-01T12:55:00Z`, with `+0000` in former years.
      const date = Date.parse(/\bscore_date:([^,]+)/.exec(text)?.[1] ?? '');
      if (!Number.isNaN(date)) this.#released = new Date(date).toISOString();
      return;
    }
    if (isMarkup(text)) throw unreadable(this.#where, MARKUP);
    if (text.toLowerCase() !== HEADER) {
      throw unreadable(`${this.#where}: line ${this.#line}`, `is not the header "${HEADER}"`);
    }
    this.#isPastHeader = true;
  }

  #row(text: string): void {
    const [id = '', probability = '', percentile = '', ...more] = text.split(',');
    const key = cveKey(id);
    const values = [share(probability), share(percentile)] as const;
    if (key === undefined || more.length > 0 || values[0] === undefined || values[1] === undefined) {
      throw unreadable(
        `${this.#where}: line ${this.#line}`,
        'is no row of a CVE and two numbers from 0 to 1, or is cut off',
      );
    }
    this.#builder.add(key, values[0], values[1]);
  }
}

/** Of 0 to 1; small ones come as `9e-05` too. */
function share(text: string): number | undefined {
  const value = Number(text);
  return /^\d/.test(text) && value >= 0 && value <= 1 ? value : undefined;
}
