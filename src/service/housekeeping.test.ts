// What nothing refers to goes by itself, and an end in between is waited for.

import { pino } from 'pino';
import { expect, test } from 'vitest';
import { testStore } from '../../test/builders/store-engine.ts';
import { Housekeeping } from './housekeeping.ts';

const store = testStore('PGlite');

test('it runs after its time, says what it removed, and ends when told', async () => {
  const lines: { msg: string; images?: number }[] = [];
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  const keeping = new Housekeeping({ database: store.database, readerVersion: '1', log, firstMs: 1 });
  keeping.start();
  await expect.poll(() => lines.length, { timeout: 20_000 }).toBe(1);
  expect(lines[0]).toMatchObject({ msg: 'removed what nothing refers to', images: 0 });
  await keeping.stop();
});

test('a stop before its time means that nothing runs', async () => {
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => lines.push(line) });
  const keeping = new Housekeeping({ database: store.database, readerVersion: '1', log, firstMs: 50 });
  keeping.start();
  await keeping.stop();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(lines).toEqual([]);
});
