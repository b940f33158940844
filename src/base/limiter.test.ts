// Turns: never more than allowed, in order, and a failure frees its place.
import { expect, test } from 'vitest';
import { Limiter } from './limiter.ts';

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('never more at once than allowed, first come first served, failures free their place', async () => {
  const limiter = new Limiter(2);
  const started: number[] = [];
  let running = 0;
  let most = 0;
  const tasks = [0, 1, 2, 3, 4, 5].map((item) =>
    limiter.run(async () => {
      started.push(item);
      most = Math.max(most, ++running);
      await pause();
      running--;
      if (item % 2 === 1) throw new Error(`item ${item}`);
      return item;
    }),
  );
  const outcomes = await Promise.allSettled(tasks);
  expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([
    true,
    false,
    true,
    false,
    true,
    false,
  ]);
  expect(started).toEqual([0, 1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});
