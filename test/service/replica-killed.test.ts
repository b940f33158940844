// Two replicas over one PostgreSQL; one is killed in the middle, and the other finishes what it had.
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../../src/base/log.ts';
import type { ClairManifest } from '../../src/model/clair.ts';
import { IndexJobs } from '../../src/store/index-jobs.ts';
import { Manifests } from '../../src/store/manifests.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { startBlobServer } from '../builders/blob-server.ts';
import { startPostgres, whyNoPostgres } from '../builders/postgres.ts';
import type { RunIndexerOrder } from '../builders/run-indexer.ts';
import { file } from '../builders/tar.ts';
import { temporaryDirectory } from '../builders/temporary-directory.ts';
import { postedImage, testIndexer } from '../builders/test-indexer.ts';
import { baseLayer, updateLayer } from '../builders/windows-image.ts';

const IMAGES = 60;
const BASES = 6;
const UPPERS = 15;

/** Long enough that a busy machine does not lose a lease, short enough to wait for one. */
const LEASE = { leaseSeconds: 6, sweepSeconds: 0.5 };

const missing = whyNoPostgres();
if (missing !== undefined) console.warn(`skipped: ${missing}`);

function startReplica(order: RunIndexerOrder): { child: ChildProcess; done: Set<string> } {
  const child = fork(join(import.meta.dirname, '../builders/run-indexer.ts'), {
    execArgv: ['--import', import.meta.resolve('tsx')],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const done = new Set<string>();
  child.on('message', ({ hash, error }: { hash: string; error?: string }) => {
    if (error === undefined) done.add(hash);
  });
  child.send(order);
  return { child, done };
}

test.skipIf(missing !== undefined)(
  'every manifest ends indexed, what was acknowledged stays, and no layer is read more than twice',
  async () => {
    const postgres = await startPostgres();
    onTestFinished(() => postgres.close());
    const connstring = await postgres.createDatabase();
    const log = createLogger('silent');
    const dataFolder = temporaryDirectory();
    const database = await openDatabase({ connstring, dataFolder, migrations: true, log });
    onTestFinished(() => database.close());
    const server = await startBlobServer();
    onTestFinished(() => server.close());

    const noise = file(
      'Files/noise.bin',
      Buffer.from(Array.from({ length: 60_000 }, () => Math.random() * 256)),
    );
    const specs = Array.from({ length: IMAGES }, (_, index) => [
      baseLayer({ revision: 1000 + (index % BASES), entries: [noise] }),
      updateLayer(2000 + (index % UPPERS)),
    ]);
    const manifests = specs.map((layers) => postedImage(server, layers));
    const layers = new Set(manifests.flatMap(({ layers: posted }) => posted.map(({ hash }) => hash)));
    server.bytesPerSecond = 60_000;

    const [theirs, ours] = [0, 1].map((rest) => manifests.filter((_each, index) => index % 2 === rest));
    const { child, done } = startReplica({ connstring, dataFolder, ...LEASE, manifests: theirs! });
    const own = testIndexer(database, LEASE);
    own.start();
    // The other one is killed when it has begun to read, and has neither acknowledged all nor nothing.
    await expect.poll(() => done.size, { timeout: 60_000, interval: 20 }).toBeGreaterThan(0);
    const answered = Promise.all(ours!.map((manifest) => own.index(manifest)));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const acknowledged = new Set(done);
    expect(acknowledged.size).toBeLessThan(theirs!.length);
    server.bytesPerSecond = Number.POSITIVE_INFINITY;

    expect(await answered).toHaveLength(ours!.length);
    const store = new Manifests(database);
    const states = async (): Promise<Set<string | undefined>> => {
      const found = await Promise.all(manifests.map(({ hash }: ClairManifest) => store.find(hash)));
      return new Set(found.map((each) => each && `${each.kind} ${each.state}`));
    };
    await expect.poll(states, { timeout: 60_000, interval: 200 }).toEqual(new Set(['windows IndexFinished']));
    await expect.poll(() => new IndexJobs(database).depth(), { timeout: 20_000 }).toBe(0);
    const reads = [...layers].map((digest) => server.readsOf(digest));
    expect(Math.min(...reads)).toBe(1);
    expect(Math.max(...reads)).toBeLessThanOrEqual(2);
  },
  180_000,
);
