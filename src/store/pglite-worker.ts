// The thread that PGlite runs in: its WASM blocks the thread it is in for as long as a statement takes.
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, types } from '@electric-sql/pglite';

/** What the thread is asked; it answers in the order of the questions. */
export type PgliteRequest =
  | {
      readonly id: number;
      readonly kind: 'query';
      readonly text: string;
      readonly values: readonly unknown[];
    }
  | { readonly id: number; readonly kind: 'close' };

export type PgliteAnswer =
  | { readonly id: number; readonly rows: readonly object[] }
  /** `code`: SQLSTATE, or `''`. */
  | { readonly id: number; readonly failure: { readonly message: string; readonly code: string } };

/** As `id` of the first answer: the database is open, or why not. */
const OPENED = 0;

const port = parentPort!;
const opening = PGlite.create({
  dataDir: (workerData as { folder: string }).folder,
  // PGlite's own take a byte at a time, which is seconds for a file of the feed.
  serializers: { [types.BYTEA]: (bytes: Uint8Array) => `\\x${viewed(bytes).toString('hex')}` },
  parsers: { [types.BYTEA]: (text: string) => new Uint8Array(Buffer.from(text.slice(2), 'hex')) },
});

function viewed(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function run(request: PgliteRequest): Promise<readonly object[]> {
  const database = await opening;
  if (request.kind === 'query') {
    return (await database.query<object>(request.text, [...request.values])).rows;
  }
  await database.close();
  return [];
}

function answer(id: number, rows: Promise<readonly object[]>): void {
  rows.then(
    (value) => port.postMessage({ id, rows: value } satisfies PgliteAnswer),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      port.postMessage({ id, failure: { message, code } } satisfies PgliteAnswer);
    },
  );
}

// The search path is that of every session of PostgreSQL.
answer(
  OPENED,
  opening.then((database) => database.exec('set search_path to clearstory').then(() => [])),
);
port.on('message', (request: PgliteRequest) => answer(request.id, run(request)));
