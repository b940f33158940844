// Replicas killed at any moment: each change is told by exactly one set, which is whole, and every set arrives.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { growingMonth, MonthlyAdvisories } from '../../../test/builders/monthly-advisories.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from '../../../test/builders/postgres.ts';
import { WebhookReceiver } from '../../../test/builders/webhook-receiver.ts';
import { createLogger } from '../../base/log.ts';
import type { Database } from '../../store/database.ts';
import { NotificationDrafts } from '../../store/notification-drafts.ts';
import { openDatabase } from '../../store/open-database.ts';

const KILLS = 6;
const MAX_DELAY_MS = 250;
const IMAGES = 3_000;
const PROGRAM = fileURLToPath(new URL('../../../test/builders/notify-forever.ts', import.meta.url));

const missing = whyNoPostgres();
if (missing !== undefined) console.warn(`killing notifiers is not tested: ${missing}`);

describe.skipIf(missing !== undefined)('notifiers on one PostgreSQL', () => {
  let server: PostgresServer;
  let connstring: string;
  let database: Database;
  let receiver: WebhookReceiver;

  beforeAll(async () => {
    server = await startPostgres();
    connstring = await server.createDatabase();
    const log = createLogger('silent');
    database = await openDatabase({ connstring, dataFolder: '/nowhere', migrations: true, log });
    receiver = await new WebhookReceiver().start();
  });
  afterAll(async () => {
    await database?.close();
    await receiver?.close();
    await server?.close();
  });

  const replica = () =>
    spawn(process.execPath, ['--import', 'tsx', PROGRAM, connstring, receiver.url.href], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });

  test(`two of them, killed ${KILLS} times`, { timeout: 120_000 }, async () => {
    const advisories = new MonthlyAdvisories(database, growingMonth);
    await advisories.index('the first', 2300);
    await database.query(
      `insert into manifest (digest, kind, finished, err, scanner, layers, image)
        select sha256(n::text::bytea), 'windows', true, '', 'test', '{}', (select id from image)
        from generate_series(2, $1::int) as n`,
      [IMAGES],
    );
    await advisories.publish(1);
    await new NotificationDrafts(database).markFirst(1);

    for (let kill = 1; kill <= KILLS; kill++) {
      await advisories.publish(kill + 1);
      const children = [replica(), replica()];
      await Promise.race(children.map((child) => once(child.stdout, 'data')));
      await sleep(Math.random() * MAX_DELAY_MS);
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(children.map((child) => once(child, 'exit')));
    }
    const last = replica();
    await vi.waitFor(
      async () => {
        const undone = `select 1 from notification_set where status <> 'delivered'
          union all select 1 from notification_mark where version <= $1`;
        expect(await database.query(undone, [KILLS])).toEqual([]);
      },
      { timeout: 60_000, interval: 200 },
    );
    last.kill('SIGKILL');
    await once(last, 'exit');

    const sets = await database.query<{
      id: string;
      from: number;
      to: number;
      told: number;
      rows: number;
      all: number;
    }>(
      `select id::text as id, from_version as "from", to_version as "to", notifications as told,
          (select count(*) from notification_manifest as row where row.set_seq = notification_set.seq) as rows,
          (select count(*) from notification_manifest) as all
        from notification_set order by seq`,
    );
    expect(sets.map(({ from }) => from)).toEqual([1, ...sets.slice(0, -1).map(({ to }) => to)]);
    expect(sets.at(-1)?.to).toBe(KILLS + 1);
    for (const { from, to, told, rows, all } of sets) {
      // One flaw more with each version, of each image; nothing is left of what a kill broke off.
      expect({ told, rows, all }).toEqual({
        told: IMAGES * (to - from),
        rows: IMAGES,
        all: IMAGES * sets.length,
      });
    }
    // At least once, and in order.
    expect([...new Set(receiver.accepted)]).toEqual(sets.map(({ id }) => id));
  });
});
