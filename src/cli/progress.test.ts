// Progress where there is no terminal: what a log of a pipeline gets.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ScanProgress, UpdateProgress } from './progress.ts';

const MB = 1_000_000;
let lines: string[];

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('a line a layer, and one every ten seconds while a layer takes long', async () => {
  const progress = new ScanProgress(false);
  await progress.start(2, 1_400 * MB);
  for (let second = 1; second <= 25; second++) {
    vi.advanceTimersByTime(1000);
    progress.bytes(40 * MB);
  }
  progress.layerDone();
  progress.stop();
  expect(lines).toEqual([
    'reading 2 layers, 1400 MB\n',
    'read 400 of 1400 MB\n',
    'read 800 of 1400 MB\n',
    'read layer 1 of 2\n',
  ]);
});

test('an update that takes long says how far it is, unless it was not to show anything', async () => {
  for (const isQuiet of [false, true]) {
    const progress = new UpdateProgress();
    if (!isQuiet) await progress.start();
    for (let done = 1; done <= 30; done++) {
      vi.advanceTimersByTime(500);
      progress.onDocument(done, 190, '2026-Jun');
    }
    progress.stop();
  }
  expect(lines).toEqual(['read 20 of 190 documents\n']);
});
