// CISA's catalogue of known exploited vulnerabilities: https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities_schema.json
import type { KnownExploited } from '../../model/threats.ts';
import { cveKey } from './cve-key.ts';
import { encodeKev } from './kev-file.ts';
import type { ThreatDocument } from './threat-document.ts';
import { isMarkup, MARKUP, unreadable } from './unreadable.ts';

/** The catalogue has 1.5 MB and grows by a few hundred kilobytes a year; JSON is parsed as a whole. */
const MAX_BYTES = 64 * 1024 * 1024;

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** @throws AdvisoriesError DOCUMENT_UNREADABLE */
export async function readKev(chunks: AsyncIterable<Uint8Array>, where: string): Promise<ThreatDocument> {
  const text = await textOf(chunks, where);
  if (isMarkup(text)) throw unreadable(where, MARKUP);
  const { vulnerabilities, count, dateReleased } = parse(text, where);
  if (!Array.isArray(vulnerabilities)) throw unreadable(where, 'has no list "vulnerabilities"');
  // The catalogue says how long it is: a page that was written while it was read does not keep to it.
  if (typeof count === 'number' && count !== vulnerabilities.length) {
    throw unreadable(where, `says that it has ${count} entries, and has ${vulnerabilities.length}`);
  }
  if (vulnerabilities.length === 0) throw unreadable(where, 'has no entries');
  const entries = new Map<string, KnownExploited>();
  for (const [index, value] of vulnerabilities.entries()) {
    const [id, entry] = readEntry(value, `${where}: vulnerabilities[${index}]`);
    if (!entries.has(id)) entries.set(id, entry);
  }
  const released = typeof dateReleased === 'string' ? Date.parse(dateReleased) : Number.NaN;
  return {
    bytes: encodeKev(entries),
    entries: entries.size,
    released: Number.isNaN(released) ? undefined : new Date(released).toISOString(),
  };
}

function readEntry(value: unknown, where: string): [id: string, entry: KnownExploited] {
  const { cveID, dateAdded, dueDate, knownRansomwareCampaignUse } = (value ?? {}) as Record<string, unknown>;
  const id = typeof cveID === 'string' ? cveID.trim().toUpperCase() : '';
  // Not passed over: it would be an attack that nobody hears of.
  if (cveKey(id) === undefined) throw unreadable(where, 'has no CVE ID');
  if (typeof dateAdded !== 'string' || !DAY.test(dateAdded)) {
    throw unreadable(where, `(${id}) has no "dateAdded" of the form yyyy-mm-dd`);
  }
  return [
    id,
    {
      added: dateAdded,
      due: typeof dueDate === 'string' && DAY.test(dueDate) ? dueDate : null,
      ransomware: knownRansomwareCampaignUse === 'Known',
    },
  ];
}

function parse(text: string, where: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(where, 'is not JSON, or is cut off', error);
  }
  if (typeof value !== 'object' || value === null) throw unreadable(where, 'is no catalogue');
  return value as Record<string, unknown>;
}

async function textOf(chunks: AsyncIterable<Uint8Array>, where: string): Promise<string> {
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > MAX_BYTES) throw unreadable(where, 'is over 64 MiB, which no such catalogue is');
    kept.push(chunk);
  }
  return Buffer.concat(kept, size)
    .toString('utf8')
    .replace(/^\ufeff/, '');
}
