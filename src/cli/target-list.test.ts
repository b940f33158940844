// Targets from arguments and standard input.
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readTargets } from './target-list.ts';

const read = (args: readonly string[], input = ''): Promise<string[]> =>
  readTargets(args, Readable.from([Buffer.from(input)]));

test('arguments as they are, for - the lines of standard input in its place', async () => {
  expect(await read(['a', 'b'])).toEqual(['a', 'b']);
  expect(await read(['a', '-', 'z'], '  one \r\n\n# two\nthree')).toEqual(['a', 'one', 'three', 'z']);
});

test('nothing at all is an error', async () => {
  await expect(read(['-'], '\n#\n')).rejects.toThrow(/nothing to scan/);
});

test('more than can be meant is one too', async () => {
  await expect(read(['-'], 'a\n'.repeat(100_001))).rejects.toThrow(/scan them in parts/);
});

test.each(['https://me:secret@quay.io/a', 'me:secret@quay.io/a', 'registry:me:secret@quay.io/a'])(
  'credentials in %s are refused and not repeated',
  async (target) => {
    const failure = (await read([target]).catch((error: unknown) => error)) as Error;
    expect(failure.message).toMatch(/holds credentials/);
    expect(failure.message).not.toContain('secret');
  },
);

test('a digest is no password', async () => {
  const target = `localhost:5000/app:v1@sha256:${'a'.repeat(64)}`;
  expect(await read([target, `app:v1@sha256:${'a'.repeat(64)}`])).toHaveLength(2);
});
