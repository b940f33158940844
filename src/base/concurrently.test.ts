// Many tasks, few at a time.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concurrently } from './concurrently.ts';

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('results in the order of the items, never more at once than allowed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(3), { maxLength: 20 }),
      fc.integer({ min: 1, max: 5 }),
      async (turns, limit) => {
        let running = 0;
        let most = 0;
        const results = await concurrently(turns, limit, async (count) => {
          most = Math.max(most, ++running);
          for (let turn = 0; turn <= count; turn++) await pause();
          running--;
          return count * 2;
        });
        expect(results).toEqual(turns.map((count) => count * 2));
        expect(most).toBe(Math.min(limit, turns.length));
      },
    ),
    { numRuns: 30 },
  );
});

test('a failure starts nothing new and is thrown when what runs has ended', async () => {
  const started: number[] = [];
  const ended: number[] = [];
  const all = concurrently([0, 1, 2, 3, 4], 2, async (item) => {
    started.push(item);
    if (item === 1) throw new Error('item 1');
    for (let turn = 0; turn < 5; turn++) await pause();
    ended.push(item);
  });
  await expect(all).rejects.toThrow('item 1');
  expect(started).toEqual([0, 1]);
  expect(ended).toEqual([0]);
});
