// A store with a million manifests: how large it is, how fast reports are, and what a month's new vulnerabilities affect.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../src/base/log.ts';
import { CurrentKnowledge } from '../../src/service/knowledge.ts';
import { Matcher } from '../../src/service/matcher/matcher.ts';
import { detectChange } from '../../src/service/notifier/detect-change.ts';
import { AdvisoriesVersions } from '../../src/store/advisories-versions.ts';
import type { Database } from '../../src/store/database.ts';
import { Manifests } from '../../src/store/manifests.ts';
import { NotificationDrafts } from '../../src/store/notification-drafts.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { Subjects } from '../../src/store/subjects.ts';
import { startPostgres } from '../../test/builders/postgres.ts';
import { loadStore } from '../load-store.ts';
import { storeTwoVersions, type TwoVersions } from './advisory-versions.ts';
import { load, type Question } from './load.ts';
import { startReplica } from './replica.ts';
import type { Scores } from './scores.ts';

const log = createLogger('error');

/** As many as Quay's web workers have open at a time. */
const CONNECTIONS = 4;

/** Enough to meet every base. */
const WARMING = 3000;

export interface StoreOptions {
  readonly feed: string;
  readonly manifests: number;
  readonly seconds: number;
}

export async function runStore(scores: Scores, { feed, manifests, seconds }: StoreOptions): Promise<void> {
  const postgres = await startPostgres();
  const folder = mkdtempSync(join(tmpdir(), 'clearstory-bench-'));
  const connstring = await postgres.createDatabase();
  const database = await openDatabase({ connstring, dataFolder: folder, migrations: true, log });
  try {
    const start = performance.now();
    const loaded = await loadStore(database, manifests);
    const took = (performance.now() - start) / 1000;
    scores.tell(
      `store: ${loaded.manifests} manifests, ${loaded.images} images, ${loaded.subjects} subjects, ${loaded.layers} layers, loaded in ${took.toFixed(0)} s`,
    );
    await tellSize(scores, database);
    const versions = await storeTwoVersions(database, feed);
    await measureReports(scores, connstring, { manifests, seconds });
    await measureSearch(scores, database, versions);
  } finally {
    await database.close();
    await postgres.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function tellSize(scores: Scores, database: Database): Promise<void> {
  const relations = await database.query<{ name: string; bytes: string }>(
    `select relname as name, pg_total_relation_size(oid) as bytes from pg_class
     where relkind = 'r' and relnamespace = current_schema()::regnamespace and pg_total_relation_size(oid) > 1e6
     order by 2 desc`,
  );
  const total = relations.reduce((sum, { bytes }) => sum + Number(bytes), 0);
  const parts = relations.map(({ name, bytes }) => `${name} ${megabytes(Number(bytes))}`).join(', ');
  scores.tell(`       size ${megabytes(total)}: ${parts}`);
}

/** Of any of them, when each of the few hundred Windows that they are built on has been asked for once. */
async function measureReports(
  scores: Scores,
  connstring: string,
  { manifests, seconds }: { readonly manifests: number; readonly seconds: number },
): Promise<void> {
  const replica = await startReplica({ connstring });
  const report = (n: number): Question => ({
    method: 'GET',
    path: `/matcher/api/v1/vulnerability_report/sha256:${createHash('sha256').update(`manifest ${n}`).digest('hex')}`,
    headers: { 'accept-encoding': 'gzip, deflate' },
  });
  const shape = { origin: replica.origin, connections: CONNECTIONS, status: 200 };
  try {
    const first = await load({ ...shape, question: report, questions: WARMING, seconds: 600 });
    const warm = await load({
      ...shape,
      question: () => report(Math.floor(Math.random() * manifests)),
      seconds,
    });
    scores.tell(
      `       ${first.answers} reports to begin with: p50 ${first.p50.toFixed(0)} ms, p99 ${first.p99.toFixed(0)} ms, ${first.failures} failures`,
    );
    scores.limit(`p99 of ${warm.answers} reports on any manifest`, warm.p99, 50, 'ms');
    scores.tell(
      `       ${warm.perSecond.toFixed(0)} /s, p50 ${warm.p50.toFixed(1)} ms, longest ${warm.longest.toFixed(1)} ms, ${warm.failures} failures; the service has ${replica.megabytes().toFixed(0)} MB at most`,
    );
  } finally {
    await replica.stop();
  }
}

async function measureSearch(
  scores: Scores,
  database: Database,
  { before, now, month }: TwoVersions,
): Promise<void> {
  const subjects = new Subjects(database);
  const versions = new AdvisoriesVersions(database);
  const knowledge = new CurrentKnowledge({ versions, log });
  await knowledge.refresh();
  const matcher = new Matcher({
    manifests: new Manifests(database),
    subjects,
    knowledge,
    versions,
    cacheBytes: 1e8,
  });
  const [earlier, later] = [await knowledge.load(before.id), await knowledge.load(now.id)];
  const changed: number[] = [];
  const found = new Set<string>();
  for await (const { id, subject } of subjects.all()) {
    const known = new Set((await matcher.findingsOf(subject, earlier)).map((finding) => finding.id));
    const fresh = (await matcher.findingsOf(subject, later)).filter((finding) => !known.has(finding.id));
    if (fresh.length > 0) changed.push(id);
    for (const finding of fresh) found.add(finding.id);
  }
  let affected = 0;
  const start = performance.now();
  for await (const _ of subjects.manifestsWith(changed)) affected++;
  const seconds = (performance.now() - start) / 1000;
  scores.tell(`       ${found.size} new vulnerabilities of ${month} are in ${changed.length} subjects`);
  scores.limit(`search for the ${affected} manifests that they affect`, seconds, 5, 's');

  const drafts = new NotificationDrafts(database);
  await drafts.markFirst(before.id);
  const begin = performance.now();
  const sources = { versions, knowledge, subjects, matcher };
  const detection = await detectChange(drafts, sources, {
    summary: true,
    signal: new AbortController().signal,
  });
  const told = 'set' in detection ? detection.set.notifications : 0;
  const took = (performance.now() - begin) / 1000;
  scores.tell(`       ${took.toFixed(1)} s to compare all findings and write ${told} notifications`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
