// The documentation names every key, and nothing that is no key.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configurationOf, refusalOf } from '../../../test/builders/configuration-files.ts';

const text = readFileSync(join(import.meta.dirname, '../../../docs/configuration.md'), 'utf8');

/** First column of the table of keys. */
const documented = text
  .split('\n')
  .filter((line) => /^\| `[a-z]/.test(line) && !/^\| `(?:report|manifest|delete|check-config) /.test(line))
  .flatMap((line) => [...line.split(' | ')[0]!.matchAll(/`([a-z_.*]+)`/g)].map((match) => match[1]!));

test('there is a table', () => {
  expect(documented.length).toBeGreaterThan(80);
});

test.each(documented.filter((key) => key !== 'auth.keyserver'))('%s is a key', async (key) => {
  const name = key.replace(/\.\*$/, '');
  // A list is what next to no key takes, so the value is refused, but the key is known.
  const nested = name.split('.').reduceRight((inner, each) => `{ ${each}: ${inner} }`, '[[]]');
  const outcome = await configurationOf(nested).then(
    () => '',
    (error: Error) => error.message,
  );
  expect(outcome).not.toContain('is not a known key');
});

/** Documented in the row of what replaces it. */
const OLD_NAMES = ['notifier.stomp.login'];

test('every key that is suggested for a slip is documented', async () => {
  const sections = [
    '',
    'indexer',
    'matcher',
    'updaters',
    'notifier',
    'notifier.webhook',
    'notifier.amqp',
    'notifier.stomp',
  ].concat([
    'auth.psk',
    'trace',
    'trace.otlp.http',
    'trace.otlp.grpc',
    'metrics',
    'tls',
    'clearstory',
    'clearstory.limits',
  ]);
  const missing: string[] = [];
  for (const section of sections) {
    const path = section === '' ? ['x_y_z'] : [...section.split('.'), 'x_y_z'];
    const nested = path.reduceRight((inner, each) => `{ ${each}: ${inner} }`, '1');
    const known =
      /known are ([\w, ]+)/.exec(await refusalOf(configurationOf(nested)))?.[1]?.split(', ') ?? [];
    expect(known, section).not.toEqual([]);
    for (const name of known) {
      const key = section === '' ? name : `${section}.${name}`;
      const isNamed = documented.some(
        (each) => each === key || each.startsWith(`${key}.`) || each === `${section}.*`,
      );
      if (!isNamed && !OLD_NAMES.includes(key)) missing.push(key);
    }
  }
  expect(missing).toEqual([]);
});
