// A directory for one test, gone when the test is over.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Path of a new, empty directory; to be called inside a test. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'clearstory-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
