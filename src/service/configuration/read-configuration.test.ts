// What an operator writes, and what the service makes of it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import type { Configuration } from './configuration.ts';
import { readConfiguration } from './read-configuration.ts';

const HOME = { HOME: '/home/clair' };

/** Writes files below a temporary directory; the first is the one to read. */
function written(files: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory();
  const paths = Object.entries(files).map(([name, text]) => {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  });
  return paths[0]!;
}

function read(text: string, environment: NodeJS.ProcessEnv = HOME, mode?: string): Promise<Configuration> {
  return readConfiguration(written({ 'config.yaml': text }), environment, mode);
}

async function refusal(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => new Error('it was accepted'),
    (failure: Error) => failure,
  );
  return error.message;
}

describe('no configuration', () => {
  test('listens on loopback alone and says that no file was read', async () => {
    const configuration = await readConfiguration(undefined, HOME);
    expect(configuration).toMatchObject({
      file: undefined,
      mode: 'combo',
      httpListenAddress: { host: '127.0.0.1', port: 6060 },
      introspectionAddress: { host: '127.0.0.1', port: 8089 },
      auth: undefined,
      database: { connstring: undefined, migrations: true },
      warnings: [],
    });
  });
});

describe('mistakes', () => {
  test('name the place, the key and what was probably meant', async () => {
    const message = await refusal(read('matcher:\n  perod: 6h\n'));
    expect(message).toMatch(/config\.yaml:2:3: matcher\.perod is not a known key; did you mean period\?$/);
  });
});
