// What an operator gets to read when the configuration is wrong: where, what, and never a secret.
import { describe, expect, test } from 'vitest';
import {
  BARE_ENVIRONMENT,
  configurationOf,
  refusalOf,
  writeConfiguration,
} from '../../../test/builders/configuration-files.ts';
import { readConfiguration } from './read-configuration.ts';

const SECRET = 'c2VjcmV0LXBhc3N3b3Jk';

describe('keys', () => {
  test('that are not known are told with the place and what was meant', async () => {
    expect(await refusalOf(configurationOf('matcher:\n  perod: 6h\n'))).toBe(
      'config.yaml:2:3: matcher.perod is not a known key; did you mean period?',
    );
  });

  test.each([
    ['indexr: {}', 'indexr is not a known key; did you mean indexer?'],
    ['httpListenAddr: x', 'httpListenAddr is not a known key; did you mean http_listen_addr?'],
    ['tls: { flux_capacitor: 1 }', 'tls.flux_capacitor is not a known key; known are root_ca, cert, key'],
    [
      'auth: { psk: { key: MQ==, iss: [a], issuer: b } }',
      'auth.psk.issuer is not a known key; known are key, iss',
    ],
    [
      'clearstory: { limits: { layer: 3 } }',
      'clearstory.limits.layer is not a known key; did you mean layers?',
    ],
    [
      'trace: { otlp: { http: { urlpath: /x } } }',
      'trace.otlp.http.urlpath is not a known key; did you mean url_path?',
    ],
    ['notifier: { amqp: ~, stmp: {} }', 'notifier.stmp is not a known key; did you mean stomp?'],
  ])('%s', async (text, expected) => {
    expect((await refusalOf(configurationOf(text))).replace(/^\S+ /, '')).toBe(expected);
  });

  test('that every object inherits are not known either', async () => {
    for (const key of ['constructor', '__proto__', 'toString']) {
      expect(await refusalOf(configurationOf(`${key}: {}`))).toContain(`${key} is not a known key`);
    }
  });

  test('of JSON files are told with their place as well', async () => {
    const path = writeConfiguration({ 'config.json': '{\n\t"matcher": {\n\t\t"period": 6\n\t}\n}\n' });
    expect(await refusalOf(readConfiguration(path, BARE_ENVIRONMENT))).toBe(
      'config.json:3:3: matcher.period is 6 and must be a duration such as 6h or 1m30s',
    );
  });
});

describe('values', () => {
  test.each([
    [
      'matcher: { period: 6 hours }',
      'matcher.period is "6 hours" and must be a duration such as 6h or 1m30s',
    ],
    ['matcher: { period: -1h }', 'matcher.period is "-1h" and must be a duration that is not negative'],
    ['indexer: { migrations: "true" }', 'indexer.migrations is "true" and must be true or false'],
    [
      'indexer: { layer_scan_concurrency: 2.5 }',
      'indexer.layer_scan_concurrency is 2.5 and must be a whole number',
    ],
    ['trace: { probability: 2 }', 'trace.probability is 2 and must be between 0 and 1'],
    [
      'log_level: loud',
      'log_level is "loud" and must be one of debug-color, debug, info, warn, error, fatal, panic',
    ],
    ['matcher: [a]', 'matcher is a list and must be a section with keys of its own'],
    ['updaters: { sets: rhel }', 'updaters.sets is a text and must be a list of texts'],
    [
      'http_listen_addr: "6060"',
      'http_listen_addr must be an address to listen on, such as :6060 or 127.0.0.1:6060',
    ],
    [
      'http_listen_addr: ":66000"',
      'http_listen_addr must be an address to listen on, such as :6060 or 127.0.0.1:6060',
    ],
    ['tls: { cert: /c }', 'tls.key is missing: cert needs its key'],
    [
      'notifier: { webhook: { target: "ftp://x", callback: "http://c" } }',
      'notifier.webhook.target must be an address that begins with http:// or https://',
    ],
    ['notifier: { webhook: { target: "http://x" } }', 'notifier.webhook.callback is missing'],
    ['notifier: { webhook: { target: "http://x", callback: "" } }', 'notifier.webhook.callback is missing'],
    [
      'notifier: { amqp: { routing_key: r, direct: true, uris: ["amqp://m"] } }',
      'notifier.amqp.exchange.type is missing: direct, fanout, topic or headers',
    ],
    [
      'notifier: { stomp: { destination: d, direct: true, uris: ["stomp://m"] } }',
      'notifier.stomp.uris must hold brokers as host:port',
    ],
    [
      'clearstory: { allow_addresses: [10.0.0.0/99] }',
      expect.stringMatching(/^clearstory\.allow_addresses cannot be used: /),
    ],
    [
      'clearstory: { upstream: "http://u:p@clair" }',
      expect.stringMatching(/upstream must hold no credentials/),
    ],
    [
      'clearstory: { limits: { body_bytes: 10 } }',
      'clearstory.limits.body_bytes is 10 and must be between 1024 and 1073741824',
    ],
  ])('%s', async (text, expected) => {
    expect((await refusalOf(configurationOf(text))).replace(/^config\.yaml:\d+:\d+: /, '')).toEqual(expected);
  });
});

describe('a key of the API that does not protect it', () => {
  test.each([
    ['no issuers', `psk: { key: ${SECRET} }`, /auth\.psk\.iss must list at least one issuer/],
    ['an empty list of issuers', `psk: { key: ${SECRET}, iss: [] }`, /auth\.psk\.iss must list at least one/],
    ['an empty issuer', `psk: { key: ${SECRET}, iss: [""] }`, /auth\.psk\.iss must list at least one/],
    ['no key', 'psk: { iss: [quay] }', /auth\.psk\.key is missing/],
    ['an empty key', 'psk: { key: "", iss: [quay] }', /auth\.psk\.key is missing/],
    ['an empty section', 'psk: {}', /auth\.psk\.key is missing/],
    [
      'a key without padding',
      'psk: { key: c2VjcmV0LQ, iss: [quay] }',
      /must be standard base64 with padding/,
    ],
    ['a key in the alphabet of URLs', 'psk: { key: "_-_-", iss: [quay] }', /must be standard base64/],
    [
      'a key server',
      'keyserver: { api: "http://x", intraservice: x }',
      /auth\.keyserver is no longer supported/,
    ],
  ])('%s', async (_, text, expected) => {
    expect(await refusalOf(configurationOf(`auth:\n  ${text}\n`))).toMatch(expected);
  });
});

test('all faults are told at once, in the order of the file', async () => {
  const message = await refusalOf(
    configurationOf('matcher: { period: x }\nindexer: { airgap: 1 }\nlog_lvl: info\n'),
  );
  expect(message.split('\n')).toEqual([
    'the configuration has 3 faults:',
    expect.stringMatching(/^ {2}config\.yaml:1:12: matcher\.period/),
    expect.stringMatching(/^ {2}config\.yaml:2:12: indexer\.airgap/),
    expect.stringMatching(/^ {2}config\.yaml:3:1: log_lvl .* did you mean log_level\?$/),
  ]);
});

describe('secrets are in no message', () => {
  test.each([
    ['a key at the wrong place', `auth: { psk: "${SECRET}" }`],
    ['a key that is no base64', `auth: { psk: { key: "${SECRET}!", iss: [quay] } }`],
    ['a passcode that is a number', 'notifier: { stomp: { user: { passcode: 123456 } } }'],
    ['a connection string that is a list', `indexer: { connstring: ["postgres://u:${SECRET}@db"] }`],
    [
      'a password in an address',
      `notifier: { webhook: { target: "quay:${SECRET}@x", callback: "http://c" } }`,
    ],
    [
      'a password in a broker',
      `notifier: { amqp: { exchange: { type: t }, routing_key: r, direct: true, uris: ["http://u:${SECRET}@x"] } }`,
    ],
    ['broken YAML', `auth: { psk: { key: "${SECRET}", iss: [quay }\n`],
    ['a key twice', `auth: { psk: { key: "${SECRET}", key: "${SECRET}" } }`],
    ['an alias', `auth: { psk: { key: *${SECRET} } }`],
  ])('%s', async (_, text) => {
    const message = await refusalOf(configurationOf(text));
    expect(message).toMatch(/config\.yaml:1:\d+/);
    expect(message).not.toMatch(new RegExp(`${SECRET}|123456`));
  });

  test('broken JSON', async () => {
    const path = writeConfiguration({ 'config.json': `{"auth": {"psk": {"key": "${SECRET}" "iss"` });
    const message = await refusalOf(readConfiguration(path, BARE_ENVIRONMENT));
    expect(message).toMatch(/^config\.json:1:\d+: is no valid JSON$/);
  });
});

describe('files that are made to hurt', () => {
  const levels = Array.from({ length: 9 }, (_, index) => {
    const above = index === 0 ? 'x' : `*a${index - 1}`;
    return `a${index}: &a${index} [${Array.from({ length: 9 }, () => above).join(', ')}]`;
  });

  test.each([
    ['aliases that multiply', levels.join('\n')],
    ['an alias of what it stands in', 'a: &a { b: *a }'],
    ['brackets without end', '['.repeat(50_000)],
    ['lists in lists', '- '.repeat(50_000)],
    ['objects in objects', `${'{a: '.repeat(2_000)}1${'}'.repeat(2_000)}`],
  ])('%s', async (_, text) => {
    const started = performance.now();
    expect(await refusalOf(configurationOf(text))).toMatch(/config\.yaml/);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('JSON that nests without end', async () => {
    const text = `{"matcher": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    const path = writeConfiguration({ 'config.json': text });
    expect(await refusalOf(readConfiguration(path, BARE_ENVIRONMENT))).toMatch(/nests deeper/);
  });
});
