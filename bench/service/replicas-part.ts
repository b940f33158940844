// Two replicas over one database, one of which is killed in the middle: nothing is lost, and little is done twice.
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { type PostgresServer, startPostgres } from '../../test/builders/postgres.ts';
import { applicationLayer, type PostedImage, postedImage, windowsBase } from './images.ts';
import { startLayerServer } from './layer-server.ts';
import { startReplica } from './replica.ts';
import type { Scores } from './scores.ts';

/** New layers come up all through the run, each in twenty manifests and more. */
const MANIFESTS_PER_LAYER = 20;
const BASES = 10;

/** As many as a few workers of Quay. */
const CLIENTS = 32;

/** Layers come slowly, so that some are under way when the replica dies. */
const LAYER_DELAY_MS = 100;

/** Quay tries a manifest again after minutes; here at once, as often as it takes a lease to run out. */
const PATIENCE_MS = 180_000;

export async function runReplicas(scores: Scores, posts: number): Promise<void> {
  const postgres: PostgresServer = await startPostgres();
  const layers = await startLayerServer(LAYER_DELAY_MS);
  const connstring = await postgres.createDatabase();
  const first = await startReplica({ connstring });
  const second = await startReplica({ connstring });
  const killed = { at: 0, done: false };
  let failures = 0;
  try {
    const images = makeImages(layers, posts);
    let next = 0;
    const start = performance.now();
    const client = async (): Promise<void> => {
      while (next < images.length) {
        const index = next++;
        if (index === Math.floor(images.length / 2)) {
          killed.done = true;
          void second.stop('SIGKILL');
        }
        const { body } = images[index]!;
        const end = performance.now() + PATIENCE_MS;
        for (let attempt = index; ; attempt++) {
          const origin = attempt % 2 === 0 || killed.done ? first.origin : second.origin;
          if (await isIndexed(origin, body)) break;
          failures++;
          if (performance.now() > end) break;
          await sleep(100);
        }
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    const seconds = (performance.now() - start) / 1000;
    const missing = await countMissing(first.origin, images);
    const reads = [...layers.reads.values()];
    const twice = reads.filter((count) => count > 1).length;
    scores.tell(
      `${posts} posts to two replicas, one killed: ${seconds.toFixed(1)} s, ${failures} posts failed and were tried again, ${twice} of ${reads.length} layers read twice`,
    );
    scores.limit('manifests not indexed', missing, 0, 'manifests');
    scores.limit('reads of one layer', Math.max(...reads), 2, 'reads');
  } finally {
    await first.stop();
    if (!killed.done) await second.stop();
    await layers.close();
    await postgres.close();
  }
}

function makeImages(layers: Awaited<ReturnType<typeof startLayerServer>>, count: number): PostedImage[] {
  const bases = Array.from({ length: BASES }, (_, index) => windowsBase(20348, 1000 + index, `base${index}`));
  const applications = Array.from({ length: Math.ceil(count / MANIFESTS_PER_LAYER) }, (_, index) =>
    applicationLayer(`application${index}`),
  );
  for (const { digest, blob } of [...bases, ...applications]) layers.add(digest, blob);
  return Array.from({ length: count }, (_, index) => {
    const newest = Math.floor(index / MANIFESTS_PER_LAYER);
    const own = [newest, Math.floor(newest / 2), Math.floor(newest / 3)].map((at) => applications[at]!);
    return postedImage(layers, `manifest ${index}`, [bases[index % BASES]!, ...own]);
  });
}

async function isIndexed(origin: string, body: string): Promise<boolean> {
  try {
    const answer = await request(`${origin}/indexer/api/v1/index_report`, { method: 'POST', body });
    const report = (await answer.body.json()) as { state?: string };
    return answer.statusCode === 201 && report.state === 'IndexFinished';
  } catch {
    return false;
  }
}

async function countMissing(origin: string, images: readonly PostedImage[]): Promise<number> {
  let missing = 0;
  for (const { digest } of images) {
    const answer = await request(`${origin}/indexer/api/v1/index_report/${digest}`);
    const report = (await answer.body.json()) as { state?: string };
    if (answer.statusCode !== 200 || report.state !== 'IndexFinished') missing++;
  }
  return missing;
}
