// Files that are old or new, never between.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import { writeFileAtomically } from './atomic-file.ts';

test('creates the folder, then replaces; nothing else is left there', async () => {
  const folder = join(temporaryDirectory(), 'a', 'b');
  const path = join(folder, 'file');
  await writeFileAtomically(path, 'old, and longer');
  await writeFileAtomically(path, Buffer.from('new'));
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(readdirSync(folder)).toEqual(['file']);
});

test('a reader sees one of the writers whole', async () => {
  const path = join(temporaryDirectory(), 'file');
  const contents = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(200_000));
  let writing = true;
  const writers = Promise.all(contents.map((content) => writeFileAtomically(path, content)));
  const done = writers.then(() => {
    writing = false;
  });
  while (writing) {
    const seen = await new Promise<string | undefined>((resolve) =>
      setImmediate(() => {
        try {
          resolve(readFileSync(path, 'utf8'));
        } catch {
          resolve(undefined);
        }
      }),
    );
    if (seen !== undefined) expect(contents.includes(seen)).toBe(true);
  }
  await done;
});

test('a failure leaves the target and no rest', async () => {
  const folder = temporaryDirectory();
  mkdirSync(join(folder, 'target'));
  writeFileSync(join(folder, 'target', 'inside'), 'kept');
  await expect(writeFileAtomically(join(folder, 'target'), 'x')).rejects.toThrow();
  expect(readdirSync(folder)).toEqual(['target']);
  expect(readdirSync(join(folder, 'target'))).toEqual(['inside']);
});

test.runIf(process.platform === 'linux')(
  'a folder that can never be made is an error, not an endless loop',
  async () => {
    await expect(writeFileAtomically('/proc/nowhere/below/file', 'x')).rejects.toMatchObject({
      code: 'ENOENT',
    });
  },
);

test('pieces that fail half-way leave the target and no rest', async () => {
  const folder = temporaryDirectory();
  const path = join(folder, 'file');
  const pieces = async function* (end: () => void): AsyncGenerator<Uint8Array> {
    yield Buffer.from('one, ');
    yield Buffer.from('two');
    end();
  };
  await writeFileAtomically(
    path,
    pieces(() => {}),
  );
  const failing = pieces(() => {
    throw new Error('gone');
  });
  await expect(writeFileAtomically(path, failing)).rejects.toThrow('gone');
  expect(readFileSync(path, 'utf8')).toBe('one, two');
  expect(readdirSync(folder)).toEqual(['file']);
});

test('a pipe is written to, and stays one', async () => {
  const folder = temporaryDirectory();
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = readFile(path, 'utf8');
  await writeFileAtomically(path, 'through the pipe');
  expect(await reader).toBe('through the pipe');
  expect(statSync(path).isFIFO()).toBe(true);
  expect(readdirSync(folder)).toEqual(['pipe']);
});

test('a folder is refused before anything is written', async () => {
  const folder = temporaryDirectory();
  mkdirSync(join(folder, 'taken'));
  await expect(writeFileAtomically(join(folder, 'taken'), 'x')).rejects.toMatchObject({ code: 'EISDIR' });
  expect(readdirSync(folder)).toEqual(['taken']);
});

describe('a link', () => {
  test.each([
    ['to a file', 'old'],
    ['to nothing yet', undefined],
  ])('%s stays one, and what it leads to is written', async (_, old) => {
    const folder = temporaryDirectory();
    mkdirSync(join(folder, 'there'));
    if (old !== undefined) writeFileSync(join(folder, 'there', 'file'), old);
    symlinkSync('there/second', join(folder, 'first'));
    symlinkSync('file', join(folder, 'there', 'second'));
    await writeFileAtomically(join(folder, 'first'), 'new');
    expect(readlinkSync(join(folder, 'first'))).toBe('there/second');
    expect(readlinkSync(join(folder, 'there', 'second'))).toBe('file');
    expect(readFileSync(join(folder, 'there', 'file'), 'utf8')).toBe('new');
    expect(readdirSync(join(folder, 'there')).sort()).toEqual(['file', 'second']);
  });

  test('in a circle is an error', async () => {
    const folder = temporaryDirectory();
    symlinkSync('a', join(folder, 'a'));
    await expect(writeFileAtomically(join(folder, 'a'), 'x')).rejects.toMatchObject({ code: 'ELOOP' });
  });

  test('into a folder that is itself a link goes where the system goes', async () => {
    const folder = temporaryDirectory();
    mkdirSync(join(folder, 'deep', 'inner'), { recursive: true });
    symlinkSync('deep/inner', join(folder, 'short'));
    symlinkSync('../file', join(folder, 'deep', 'inner', 'up'));
    await writeFileAtomically(join(folder, 'short', 'up'), 'x');
    expect(readFileSync(join(folder, 'deep', 'file'), 'utf8')).toBe('x');
  });

  test.runIf(process.platform === 'linux')('to what a process has open is written through', async () => {
    const folder = temporaryDirectory();
    const opened = await open(join(folder, 'opened'), 'w+');
    const place = `/proc/self/fd/${opened.fd}`;
    symlinkSync(place, join(folder, 'link'));
    await writeFileAtomically(join(folder, 'link'), 'x');
    expect(await opened.readFile('utf8')).toBe('x');
    await opened.close();
    expect(readdirSync(folder).sort()).toEqual(['link', 'opened']);
  });
});

test.each([0o600, 0o640, 0o444, 0o666])('the mode %o of a file stays', async (mode) => {
  const path = join(temporaryDirectory(), 'file');
  writeFileSync(path, 'old');
  chmodSync(path, mode);
  await writeFileAtomically(path, 'new');
  expect(statSync(path).mode & 0o777).toBe(mode);
  expect(readFileSync(path, 'utf8')).toBe('new');
});
