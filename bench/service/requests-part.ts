// What Quay asks most: reports of an image with 3,000 findings, and posts of a manifest that is known.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Dispatcher, request } from 'undici';
import { startPostgres } from '../../test/builders/postgres.ts';
import { applicationLayer, type PostedImage, postedImage, windowsBase } from './images.ts';
import { type LayerServer, startLayerServer } from './layer-server.ts';
import { type Load, type LoadOptions, load } from './load.ts';
import { startReference } from './reference-server.ts';
import { type Replica, startReplica } from './replica.ts';
import type { Scores } from './scores.ts';

/** Never updated: Microsoft has published some 3,000 vulnerabilities of it. */
const BUILD = 20348;
const FIRST_REVISION = 1;
const COLD_IMAGES = 20;
/** The first are those that the service prepares of itself. */
const IMAGES = 32;
const LAYERS = 8;

/** As many as Quay's web workers and scan workers have open at a time. */
const CONNECTIONS = 8;

/** Reading all of Microsoft's documents takes a good part of a minute on a slow machine. */
const FIRST_UPDATE_MS = 300_000;

/** A service that has just started prepares itself for a moment. */
const PREPARATION_MS = 3_000;

/** Quay's client asks so. */
const ENCODING = { 'accept-encoding': 'gzip, deflate' };

const INDEX = '/indexer/api/v1/index_report';
const REPORT = '/matcher/api/v1/vulnerability_report/';

export interface RequestsOptions {
  readonly feed: string;
  readonly seconds: number;
  readonly reports: boolean;
  readonly posts: boolean;
}

export async function runRequests(scores: Scores, options: RequestsOptions): Promise<void> {
  const postgres = await startPostgres();
  const layers = await startLayerServer();
  const connstring = await postgres.createDatabase();
  const replica = await startReplica({ connstring, feed: options.feed });
  try {
    const images = makeImages(layers);
    // Prepared are the oldest: those that are asked for cold come last.
    for (const image of images) await post(replica, image);
    const [warm] = images;
    const cold = images.slice(-COLD_IMAGES);
    await untilReported(replica, warm!);
    const { seconds } = options;
    if (options.reports) await measureReports(scores, replica, warm!, seconds);
    if (options.reports) await measureCold(scores, connstring, cold);
    if (options.posts) await measurePosts(scores, replica, { image: warm!, connstring, seconds });
    scores.tell(`peak memory of the service: ${replica.megabytes().toFixed(0)} MB`);
  } finally {
    await replica.stop();
    await layers.close();
    await postgres.close();
  }
}

function makeImages(layers: LayerServer): PostedImage[] {
  const applications = Array.from({ length: LAYERS - 1 }, (_, index) => applicationLayer(`part${index}`));
  const bases = Array.from({ length: IMAGES }, (_, index) =>
    windowsBase(BUILD, FIRST_REVISION + index, `base${index}`),
  );
  for (const { digest, blob } of [...applications, ...bases]) layers.add(digest, blob);
  return bases.map((base, index) => postedImage(layers, `image ${index}`, [base, ...applications]));
}

async function measureReports(
  scores: Scores,
  replica: Replica,
  { digest }: PostedImage,
  seconds: number,
): Promise<void> {
  const path = REPORT + digest;
  const plain = await request(replica.origin + path);
  const findings = countFindings(await plain.body.json());
  const answer = await request(replica.origin + path, { headers: ENCODING });
  const body = Buffer.from(await answer.body.arrayBuffer());
  scores.tell(`report: ${findings} findings, ${(body.length / 1024).toFixed(0)} KiB compressed`);
  if (findings < 3000) scores.atLeast('findings of the report', findings, 3000, '');
  const bare = await startReference(200, contentHeaders(answer.headers), body);
  try {
    const question = () => ({ method: 'GET', path, headers: ENCODING }) as const;
    const shape = { question, connections: CONNECTIONS, seconds, status: 200 };
    const own = await measured(replica, shape);
    const reference = await load({ ...shape, origin: bare.origin });
    scores.atLeast('vulnerability reports, warm', own.perSecond, 300, '/s', bareServer(reference));
    told(scores, own);
  } finally {
    await bare.close();
  }
}

/** By a service that was started a moment ago and has seen none of the images. */
async function measureCold(
  scores: Scores,
  connstring: string,
  images: readonly PostedImage[],
): Promise<void> {
  const replica = await startReplica({ connstring });
  let next = 0;
  try {
    await sleep(PREPARATION_MS);
    const own = await measured(replica, {
      question: () => ({ method: 'GET', path: REPORT + images[next++]!.digest, headers: ENCODING }),
      connections: 1,
      questions: images.length,
      seconds: 60,
      status: 200,
    });
    scores.limit('vulnerability report, cold, the slowest', own.longest, 150, 'ms');
    told(scores, own);
  } finally {
    await replica.stop();
  }
}

async function measurePosts(
  scores: Scores,
  replica: Replica,
  { image, connstring, seconds }: { image: PostedImage; connstring: string; seconds: number },
): Promise<void> {
  const first = await request(replica.origin + INDEX, {
    method: 'POST',
    body: image.body,
    headers: ENCODING,
  });
  const body = Buffer.from(await first.body.arrayBuffer());
  const bare = await startReference(201, contentHeaders(first.headers), body);
  try {
    const question = () => ({ method: 'POST', path: INDEX, body: image.body, headers: ENCODING }) as const;
    const shape = { question, connections: CONNECTIONS, seconds, status: 201 };
    const own = await measured(replica, shape);
    const reference = await load({ ...shape, origin: bare.origin });
    scores.atLeast('posts of a known manifest', own.perSecond, 1000, '/s', bareServer(reference));
    told(scores, own);
    const trips = await roundTrips(connstring, seconds);
    scores.tell(`       select 1 over ${CONNECTIONS} connections: ${trips.toFixed(0)} /s`);
  } finally {
    await bare.close();
  }
}

/** What the database can do at best. */
async function roundTrips(connstring: string, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let count = 0;
  const ask = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: connstring });
    await client.connect();
    for (; performance.now() < end; count++) await client.query({ name: 'one', text: 'select 1' });
    await client.end();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, ask));
  return count / seconds;
}

async function post(replica: Replica, { body, digest }: PostedImage): Promise<void> {
  const answer = await request(replica.origin + INDEX, { method: 'POST', body });
  const said = await answer.body.text();
  if (answer.statusCode !== 201) throw new Error(`posting ${digest}: HTTP ${answer.statusCode} ${said}`);
}

/** The first update takes a while, during which there are no reports. */
async function untilReported(replica: Replica, { digest }: PostedImage): Promise<void> {
  const end = performance.now() + FIRST_UPDATE_MS;
  for (;;) {
    const answer = await request(replica.origin + REPORT + digest);
    await answer.body.dump();
    if (answer.statusCode === 200) return;
    if (performance.now() > end)
      throw new Error(`no report after the first update: HTTP ${answer.statusCode}`);
    await sleep(200);
  }
}

function countFindings(report: unknown): number {
  const { package_vulnerabilities } = report as { package_vulnerabilities: Record<string, string[]> };
  return Object.values(package_vulnerabilities).reduce((sum, ids) => sum + ids.length, 0);
}

function contentHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const names = ['content-type', 'content-encoding', 'cache-control', 'etag', 'vary'];
  return Object.fromEntries(names.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])));
}

function bareServer(reference: Load): { name: string; value: number } {
  return { name: 'node:http with the same bytes', value: reference.perSecond };
}

function told(scores: Scores, { p50, p99, longest, failures, processorMs }: MeasuredLoad): void {
  scores.tell(
    `       p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${longest.toFixed(1)} ms, ${failures} failures; ${processorMs.toFixed(2)} ms of a processor for each`,
  );
}

interface MeasuredLoad extends Load {
  /** Of the service, for one answer: what stays the same on a machine that does other things too. */
  readonly processorMs: number;
}

async function measured(replica: Replica, options: Omit<LoadOptions, 'origin'>): Promise<MeasuredLoad> {
  const before = replica.processorTime();
  const result = await load({ ...options, origin: replica.origin });
  return { ...result, processorMs: (replica.processorTime() - before) / result.answers };
}
