// From new advisories to what Quay mails: exactly what changed, once, in order, whatever is away meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CvrfSpec } from '../../../test/builders/cvrf.ts';
import { buildPackage } from '../../../test/builders/inventory.ts';
import { document, flaw, MonthlyAdvisories } from '../../../test/builders/monthly-advisories.ts';
import { readAsQuay } from '../../../test/builders/quay-worker.ts';
import { ENGINES, testStore } from '../../../test/builders/store-engine.ts';
import { WebhookReceiver } from '../../../test/builders/webhook-receiver.ts';
import { createLogger } from '../../base/log.ts';
import type { LibraryAdvisories, LibraryAdvisory } from '../../model/library-advisories.ts';
import type { Database } from '../../store/database.ts';
import { Notifier } from './notifier.ts';
import { openTarget } from './open-target.ts';

const OLD = document(
  '2026-Jan',
  flaw('CVE-2026-1001', 2300),
  flaw('CVE-2026-1002', 2300, { severity: 'Low' }),
);
const CALLBACK = new URL('https://clearstory.example/notifier/api/v1/notification/');

describe.each(ENGINES)('the notifier on %s', (engine) => {
  const store = testStore(engine);
  let receiver: WebhookReceiver;
  let notifiers: Notifier[];
  /** Of each version. */
  let months: readonly (readonly CvrfSpec[])[];
  let advisories: MonthlyAdvisories;

  beforeEach(async () => {
    await store.empty();
    receiver = await new WebhookReceiver().start();
    notifiers = [];
    months = [[OLD]];
    advisories = new MonthlyAdvisories(store.database, (version) => months[version - 1]!);
  });

  afterEach(async () => {
    await Promise.all(notifiers.map((notifier) => notifier.stop()));
    await receiver.close();
  });

  function notifier({
    disableSummary = false,
    database = store.database,
    deliveryIntervalMs = 200,
  }: {
    disableSummary?: boolean;
    database?: Database;
    deliveryIntervalMs?: number;
  } = {}) {
    const made = new Notifier({
      database,
      sources: advisories.sources(),
      target: openTarget(
        { kind: 'webhook', target: receiver.url, callback: CALLBACK, headers: {} },
        { userAgent: 'clearstory/test' },
      ),
      settings: { pollIntervalMs: 60_000, deliveryIntervalMs, disableSummary },
      log: createLogger('silent'),
      firstRetryMs: 20,
    });
    notifiers.push(made);
    return made;
  }

  /** Version `version` of the advisories has these documents, and is in force. */
  async function publish(...documents: readonly CvrfSpec[]): Promise<void> {
    months = [...months, documents];
    await advisories.publish(months.length);
  }

  /** A notifier that has seen the first version. */
  async function started(options?: Parameters<typeof notifier>[0]) {
    const made = notifier(options);
    await advisories.publish(1);
    made.start();
    await vi.waitFor(async () => {
      expect(await store.database.query('select version from notification_mark')).toEqual([{ version: 1 }]);
    });
    return made;
  }

  async function accepted(count: number): Promise<string[]> {
    await vi.waitFor(() => expect(receiver.accepted.length).toBeGreaterThanOrEqual(count), 10_000);
    return receiver.accepted;
  }

  const pageOf = async (
    made: { page: Notifier['page'] },
    id: string,
    query: { size?: number; next?: string } = {},
  ) => {
    const body = await made.page(id, query);
    return body && JSON.parse(Buffer.concat(body.plain).toString());
  };

  test('the first advisories are no news; what comes after is, for the images that it is about', async () => {
    const affected = await advisories.index('affected', 2340);
    await advisories.index('patched already', 2500);
    const made = await started();
    expect(receiver.offered).toEqual([]);
    await publish(OLD, document('2026-Feb', flaw('CVE-2026-2001', 2400, { severity: 'Critical' })));
    made.advisoriesChanged();
    const [id] = await accepted(1);
    expect(await pageOf(made, id!)).toEqual({
      page: { size: 500 },
      notifications: [
        {
          id: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
          manifest: affected,
          reason: 'added',
          vulnerability: expect.objectContaining({
            name: 'CVE-2026-2001',
            description: expect.stringMatching(/^Flaw CVE-2026-2001\./),
            severity: 'Critical',
            normalized_severity: 'Critical',
            fixed_in_version: '10.0.20348.2400 (KB5034129)',
            package: expect.objectContaining({ version: '' }),
            distribution: expect.objectContaining({ did: 'windows' }),
            repo: expect.objectContaining({ id: 'msrc', name: 'Microsoft Update' }),
            links: expect.stringMatching(/^https:\S+( https:\S+)*$/),
          }),
        },
      ],
    });
  });

  test('a summary has the gravest of what is new, and new comes before gone', async () => {
    months = [[document('2026-Jan', flaw('CVE-2026-1001', 2400, { severity: 'Critical' }))]];
    const digest = await advisories.index('image', 2300);
    const made = await started();
    await publish(
      document(
        '2026-Jan',
        flaw('CVE-2026-1003', 2400, { severity: 'Low' }),
        flaw('CVE-2026-1002', 2400, { severity: 'Moderate' }),
      ),
    );
    made.advisoriesChanged();
    const [id] = await accepted(1);
    expect(await readAsQuay(made, id!)).toEqual([
      expect.objectContaining({ manifest: digest, id: 'CVE-2026-1002', priority: 'Medium', hasFix: true }),
    ]);
  });

  test('without summaries each change is told, of each image', async () => {
    months = [[document('2026-Jan', flaw('CVE-2026-1001', 2400))]];
    const digests = [await advisories.index('one', 2300), await advisories.index('two', 2300)];
    const made = await started({ disableSummary: true });
    await publish(
      document(
        '2026-Jan',
        flaw('CVE-2026-1002', 2400),
        flaw('CVE-2026-1003', 2400, { severity: 'Critical' }),
      ),
    );
    made.advisoriesChanged();
    const [id] = await accepted(1);
    const { notifications } = await pageOf(made, id!);
    const told = notifications.map(
      (each: { manifest: string; reason: string; vulnerability: { name: string } }) => [
        each.manifest,
        each.reason,
        each.vulnerability.name,
      ],
    );
    expect(told).toEqual(
      digests.flatMap((digest) => [
        [digest, 'added', 'CVE-2026-1003'],
        [digest, 'added', 'CVE-2026-1002'],
        [digest, 'removed', 'CVE-2026-1001'],
      ]),
    );
  });

  test('pages lead from one to the next, and reading them again gives the same', async () => {
    for (let image = 0; image < 7; image++) await advisories.index(`image ${image}`, 2300);
    const made = await started();
    await publish(document('2026-Jan', flaw('CVE-2026-1002', 2400)));
    made.advisoriesChanged();
    const [id] = await accepted(1);
    const whole = await pageOf(made, id!);
    expect(whole.notifications).toHaveLength(7);
    expect(new Set(whole.notifications.map((each: { id: string }) => each.id)).size).toBe(7);
    const collected: unknown[] = [];
    const sizes: number[] = [];
    for (let next: string | undefined = '00000000-0000-0000-0000-000000000000'; next; ) {
      const page: { page: { next?: string; size: number }; notifications: { id: string }[] } = await pageOf(
        made,
        id!,
        {
          size: 3,
          next,
        },
      );
      expect(page.page.size).toBe(3);
      if (page.page.next !== undefined) expect(page.page.next).toBe(page.notifications.at(-1)?.id);
      collected.push(...page.notifications);
      sizes.push(page.notifications.length);
      next = page.page.next;
    }
    expect(sizes).toEqual([3, 3, 1]);
    expect(collected).toEqual(whole.notifications);
    expect((await pageOf(made, id!, { size: 7 })).page).toEqual({ size: 7 });
    await expect(made.page(id!, { next: '8c0d0000-0000-4000-8000-000000000000' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });

  test('an unknown set, and one that is deleted', async () => {
    await advisories.index('image', 2300);
    const made = await started();
    await publish(document('2026-Jan', flaw('CVE-2026-1002', 2400)));
    made.advisoriesChanged();
    const [id] = await accepted(1);
    expect(await made.page('8c0d0000-0000-4000-8000-000000000000')).toBeUndefined();
    expect(await made.page("'; drop table notification_set")).toBeUndefined();
    expect(await made.delete('8c0d0000-0000-4000-8000-000000000000')).toBe(false);
    expect([await made.delete(id!), await made.delete(id!)]).toEqual([true, true]);
    expect(await readAsQuay(made, id!), 'whoever reads it twice').toHaveLength(1);
  });

  test('a graver severity, a first fix and first attacks are news; other edits are not', async () => {
    const moderate = (id: string, over = {}) => flaw(id, 2400, { severity: 'Moderate', ...over });
    months = [
      [
        document(
          '2026-Jan',
          moderate('CVE-2026-1001'),
          moderate('CVE-2026-1002', { fixes: [] }),
          moderate('CVE-2026-1003'),
          moderate('CVE-2026-1004'),
          moderate('CVE-2026-1005'),
        ),
      ],
    ];
    await advisories.index('image', 2300);
    const made = await started({ disableSummary: true });
    await publish(
      document(
        '2026-Jan',
        moderate('CVE-2026-1001', { severity: 'Critical' }),
        moderate('CVE-2026-1002'),
        moderate('CVE-2026-1003', { exploited: true }),
        moderate('CVE-2026-1004', { severity: 'Low' }),
        moderate('CVE-2026-1005', { title: 'Another title' }),
      ),
    );
    made.advisoriesChanged();
    const [id] = await accepted(1);
    const events = await readAsQuay(made, id!);
    expect(events.map((event) => event.id)).toEqual(['CVE-2026-1001', 'CVE-2026-1002', 'CVE-2026-1003']);
    expect((await pageOf(made, id!)).notifications).toHaveLength(3);
  });

  test('what OSV says anew of libraries is news, but not the first that it says', async () => {
    const dependency = { ecosystem: 'npm', name: 'left', version: '1.0.0' } as const;
    const library = buildPackage({
      id: 'left',
      name: 'left',
      version: '1.0.0',
      kind: 'library',
      match: { by: 'library', dependency },
    });
    const advisory = (id: string): LibraryAdvisory => ({
      id,
      aliases: [],
      title: `About ${id}`,
      severity: 'High',
      ranges: [[['introduced', '0']]],
      versions: [],
    });
    const saying = (...ids: readonly string[]): LibraryAdvisories => ({
      fetchedAt: '2026-07-01T00:00:00Z',
      of: ({ name }) => (name === 'left' ? ids.map(advisory) : []),
    });
    const digest = await advisories.index('with a library', 2300, [library]);
    await advisories.index('without', 2300);
    advisories.libraries.set(2, saying('GHSA-aaaa'));
    advisories.libraries.set(3, saying('GHSA-aaaa', 'GHSA-bbbb'));
    const made = await started({ disableSummary: true });
    for (const version of [2, 3]) {
      await publish(OLD);
      made.advisoriesChanged();
      await vi.waitFor(async () => {
        expect(await store.database.query('select version from notification_mark')).toEqual([{ version }]);
      });
    }
    const [id] = await accepted(1);
    expect(await readAsQuay(made, id!)).toEqual([
      expect.objectContaining({ manifest: digest, id: 'GHSA-bbbb', priority: 'High', hasFix: false }),
    ]);
    expect(receiver.offered).toHaveLength(1);
  });

  test('versions that were skipped are told as one change, from end to end', async () => {
    await advisories.index('image', 2300);
    await started().then((made) => made.stop());
    await publish(OLD, document('2026-Feb', flaw('CVE-2026-2001', 2400)));
    await publish(OLD, document('2026-Feb', flaw('CVE-2026-2001', 2400), flaw('CVE-2026-2002', 2400)));
    await publish(OLD, document('2026-Feb', flaw('CVE-2026-2002', 2400)));
    const next = notifier({ disableSummary: true });
    next.start();
    const [id] = await accepted(1);
    expect((await readAsQuay(next, id!)).map((event) => event.id)).toEqual(['CVE-2026-2002']);
    await sleep(100);
    expect(receiver.offered).toHaveLength(1);
  });

  test('a version that is no longer kept is stood in for by the nearest', async () => {
    await advisories.index('image', 2300);
    await started().then((made) => made.stop());
    await publish(OLD, document('2026-Feb', flaw('CVE-2026-2001', 2400)));
    await publish(OLD, document('2026-Feb', flaw('CVE-2026-2001', 2400), flaw('CVE-2026-2002', 2400)));
    advisories.gone.add(1);
    const next = notifier({ disableSummary: true });
    next.start();
    const [id] = await accepted(1);
    expect((await readAsQuay(next, id!)).map((event) => event.id)).toEqual(['CVE-2026-2002']);
  });

  test('a change that concerns nobody is nobody told', async () => {
    await advisories.index('patched already', 2500);
    const made = await started();
    await publish(OLD, document('2026-Feb', flaw('CVE-2026-2001', 2400)));
    made.advisoriesChanged();
    await vi.waitFor(async () => {
      expect(await store.database.query('select version from notification_mark')).toEqual([{ version: 2 }]);
    });
    await vi.waitFor(async () => {
      expect(await store.database.query('select 1 from notification_set')).toEqual([]);
    });
    expect(receiver.offered).toEqual([]);
  });

  test('what fails is tried again until it is taken; later sets wait, and come in order', async () => {
    await advisories.index('image', 2300);
    receiver.statuses.push(500, 302, 404, 503);
    const made = await started();
    await publish(OLD, document('2026-Feb', flaw('CVE-2026-2001', 2400)));
    made.advisoriesChanged();
    await vi.waitFor(() => expect(receiver.offered.length).toBeGreaterThan(0));
    await publish(OLD, document('2026-Feb', flaw('CVE-2026-2001', 2400), flaw('CVE-2026-2002', 2400)));
    made.advisoriesChanged();
    const [first, second] = await accepted(2);
    expect(receiver.offered).toEqual([first, first, first, first, first, second]);
    expect((await readAsQuay(made, first!)).map((event) => event.id)).toEqual(['CVE-2026-2001']);
    expect((await readAsQuay(made, second!)).map((event) => event.id)).toEqual(['CVE-2026-2002']);
  });

  test('a set that was not delivered outlives the process', async () => {
    await advisories.index('image', 2300);
    receiver.statuses.push(...Array<number>(1000).fill(500));
    const made = await started();
    await publish(OLD, document('2026-Feb', flaw('CVE-2026-2001', 2400)));
    made.advisoriesChanged();
    await vi.waitFor(() => expect(receiver.offered.length).toBeGreaterThan(1));
    await made.stop();
    receiver.statuses.length = 0;
    notifier().start();
    const [id] = await accepted(1);
    expect(new Set(receiver.offered)).toEqual(new Set([id]));
  });

  test('a set is delivered once, and not again by the next process', async () => {
    await advisories.index('image', 2300);
    const made = await started();
    await publish(OLD, document('2026-Feb', flaw('CVE-2026-2001', 2400)));
    made.advisoriesChanged();
    await accepted(1);
    await made.stop();
    const next = notifier();
    next.start();
    next.advisoriesChanged();
    await sleep(300);
    expect(receiver.offered).toHaveLength(1);
  });

  test('of several replicas one tells of each change, once', async () => {
    await advisories.index('image', 2300);
    await started();
    for (let replica = 0; replica < 3; replica++) notifier({ database: await store.replica() }).start();
    for (let month = 0; month < 5; month++) {
      await publish(
        OLD,
        document(
          '2026-Feb',
          ...[...Array(month + 1).keys()].map((each) => flaw(`CVE-2026-200${each}`, 2400)),
        ),
      );
      for (const each of notifiers) each.advisoriesChanged();
      await accepted(month + 1);
    }
    await sleep(200);
    expect(receiver.offered).toHaveLength(5);
    expect(new Set(receiver.offered).size).toBe(5);
    const told: string[] = [];
    for (const id of receiver.accepted)
      told.push(...(await readAsQuay(notifiers[0]!, id)).map((event) => event.id));
    expect(told).toEqual([0, 1, 2, 3, 4].map((each) => `CVE-2026-200${each}`));
  });
});
