// CISA's catalogue as a file of our own: what a scan needs of it.
import type { KnownExploited } from '../../model/threats.ts';

const FORMAT = 'clearstory-kev 1';

type Row = readonly [id: string, added: string, due: string | null, ransomware: 0 | 1];

/** Equal entries give equal bytes, in whatever order they came. */
export function encodeKev(entries: ReadonlyMap<string, KnownExploited>): Buffer {
  const rows = [...entries].map(
    ([id, { added, due, ransomware }]): Row => [id, added, due, ransomware ? 1 : 0],
  );
  rows.sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify({ format: FORMAT, rows }));
}

/** `undefined`: the bytes are of another version. They have been checked against damage. */
export function decodeKev(bytes: Buffer): ReadonlyMap<string, KnownExploited> | undefined {
  const { format, rows } = JSON.parse(bytes.toString('utf8')) as { format?: string; rows: readonly Row[] };
  if (format !== FORMAT) return undefined;
  return new Map(
    rows.map(([id, added, due, ransomware]) => [id, { added, due, ransomware: ransomware === 1 }]),
  );
}
