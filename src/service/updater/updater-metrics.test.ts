// What Prometheus sees of the feeds.
import { register } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { testStore } from '../../../test/builders/store-engine.ts';
import { month, UpdaterWorld } from '../../../test/builders/updater-world.ts';

const store = testStore('PGlite');

async function value(name: string, labels: Record<string, string> = {}): Promise<number | undefined> {
  const metric = await register.getSingleMetric(name)?.get();
  return metric?.values.find((each) =>
    Object.entries(labels).every(([label, text]) => each.labels[label] === text),
  )?.value;
}

test('age, refusals and version, on a replica that never updated anything itself', async () => {
  const world = new UpdaterWorld();
  await world.serve(month('2026-Jun', 100));
  const idle = world.replica(store.database, { disableUpdaters: true });
  idle.start();
  onTestFinished(() => idle.stop());
  // Of a scrape all metrics are of one moment; here each is asked for alone, and the age first.
  const age = () => value('clearstory_feed_age_seconds', { feed: 'msrc' });
  expect(await age(), 'nothing is known, which is not 0 seconds old').toBeUndefined();

  await world.replica(store.database).runOnce();
  world.clock.hours(2);
  expect(await age()).toBe(7200);
  expect(await value('clearstory_feed_entries', { feed: 'msrc' })).toBe(1);
  expect(await value('clearstory_feed_refusals_total')).toBe(0);
  const text = await register.getSingleMetricAsString('clearstory_advisories_info');
  expect(text).toMatch(/clearstory_advisories_info\{version="[0-9a-f]{12}"\} 1/);

  await world.serve(month('2026-Jun', 50));
  for (const _ of [1, 2]) {
    world.clock.hours(7);
    await world.replica(store.database).runOnce();
  }
  expect(await age()).toBe(0);
  expect(await value('clearstory_feed_refusals_total')).toBe(2);
  expect(await value('clearstory_feed_refusals_pending', { feed: 'msrc' })).toBe(1);
  expect(await value('clearstory_updates_total', { feed: 'msrc', outcome: 'changed' })).toBe(1);
  expect(await value('clearstory_updates_total', { feed: 'msrc', outcome: 'unchanged' })).toBe(2);
});
