// What an operator writes, and what the service makes of it: every key of Clair, and ours.
import { describe, expect, test } from 'vitest';
import {
  BARE_ENVIRONMENT,
  configurationOf,
  refusalOf,
  writeConfiguration,
} from '../../../test/builders/configuration-files.ts';
import { readConfiguration } from './read-configuration.ts';

/** Every key that Clair documents, as one operator might have it for all modes. */
const EVERYTHING = `
http_listen_addr: 0.0.0.0:6061
introspection_addr: "[::1]:8090"
log_level: Debug-Color
tls: { cert: /etc/tls/tls.crt, key: /etc/tls/tls.key }
indexer:
  connstring: host=db dbname=clair user=clair
  scanlock_retry: 10
  layer_scan_concurrency: 5
  index_report_request_concurrency: 20
  migrations: true
  airgap: true
  scanner:
    package: { apk: { deep: [1, { x: y }] } }
    dist: { os: ~ }
    repo: { rhel-repository-scanner: { api: https://example.com, timeout: 10 } }
matcher:
  connstring: host=db dbname=clair user=clair
  indexer_addr: http://indexer:6060
  migrations: false
  period: 1h30m
  update_retention: 5
  cache_age: 45m
  disable_updaters: true
  disable_enrichment: true
matchers: { names: [rhel, debian], config: { rhel: { ignore: true } } }
updaters:
  sets: []
  filter: ^rhel-.*$
  config: { clair.cvss: { feed_root: "https://mirror/" }, osv: { allowlist: [npm] } }
notifier:
  connstring: host=db dbname=clair user=clair
  indexer_addr: http://indexer:6060
  matcher_addr: http://matcher:6060
  migrations: true
  poll_interval: 5m
  delivery_interval: 1m
  disable_summary: true
  webhook:
    target: https://quay.example.com/secscan/notification
    callback: http://clair:6060/notifier/api/v1/notification
    headers: { X-One: [a, b] }
auth:
  psk:
    key: MDQ4ODM2OGM=
    iss: [quay, clairctl]
trace:
  name: otlp
  probability: 0.25
  otlp:
    http:
      endpoint: collector:4318
      url_path: /v1/traces
      compression: gzip
      headers: { Authorization: Bearer x }
      insecure: true
      timeout: 5s
      client_tls: { cert: /c, key: /k }
  jaeger:
    agent: { endpoint: x }
    collector: { endpoint: x, username: u, password: p }
    service_name: clair
    tags: { a: b }
    buffer_max: 10
  sentry: { dsn: x, environment: prod }
metrics:
  name: prometheus
  prometheus: { endpoint: /stats }
  otlp: { grpc: { endpoint: x, reconnect: 5s, service_config: "{}", compression: none } }
clearstory:
  data_dir: /srv/clearstory
  upstream: http://clair:6060/base
  upstream_auth: { psk: { key: c2VjcmV0, iss: clearstory } }
  feed: https://mirror.example.com/msrc
  osv: /srv/osv
  allow_addresses: [10.0.0.0/8]
  ca_file: /etc/ca.pem
  limits: { body_bytes: 2048, header_bytes: 4096, layers: 100, request_seconds: 60, worker_memory_mb: 256 }
  report_cache_mb: 64
`;

test('no configuration listens on loopback alone, and says that there was none', async () => {
  expect(await readConfiguration(undefined, BARE_ENVIRONMENT)).toMatchObject({
    file: undefined,
    mode: 'combo',
    httpListenAddress: { host: '127.0.0.1', port: 6060 },
    introspectionAddress: { host: '127.0.0.1', port: 8089 },
    logLevel: 'info',
    auth: undefined,
    tls: undefined,
    database: { connstring: undefined, migrations: true },
    notifier: { delivery: undefined },
    trace: { exporter: undefined },
    warnings: [],
  });
});

test('a file with nothing in it has the defaults of Clair', async () => {
  const configuration = await configurationOf('# nothing yet\n');
  expect(configuration).toMatchObject({
    file: expect.stringMatching(/config\.yaml$/),
    httpListenAddress: { host: undefined, port: 6060 },
    introspectionAddress: { host: undefined, port: 8089 },
    indexer: { layerScanConcurrency: 10, indexReportRequestConcurrency: undefined, airgap: false },
    matcher: {
      periodMs: 6 * 3_600_000,
      updateRetention: 10,
      cacheAgeSeconds: 21_600,
      disableUpdaters: false,
      disableEnrichment: false,
    },
    notifier: { pollIntervalMs: 6 * 3_600_000, deliveryIntervalMs: 3_600_000, disableSummary: false },
    metrics: { prometheusPath: '/metrics' },
  });
});

test('every key is read', async () => {
  const configuration = await configurationOf(EVERYTHING);
  expect(configuration).toMatchObject({
    mode: 'combo',
    httpListenAddress: { host: '0.0.0.0', port: 6061 },
    introspectionAddress: { host: '::1', port: 8090 },
    logLevel: 'debug',
    tls: { cert: '/etc/tls/tls.crt', key: '/etc/tls/tls.key' },
    database: { connstring: 'host=db dbname=clair user=clair', migrations: true },
    indexer: { layerScanConcurrency: 5, indexReportRequestConcurrency: 20, airgap: true },
    matcher: {
      periodMs: 5_400_000,
      updateRetention: 5,
      cacheAgeSeconds: 2_700,
      disableUpdaters: true,
      disableEnrichment: true,
    },
    notifier: {
      pollIntervalMs: 300_000,
      deliveryIntervalMs: 60_000,
      disableSummary: true,
      delivery: { kind: 'webhook', headers: { 'X-One': ['a', 'b'] } },
    },
    auth: { key: Buffer.from('0488368c'), issuers: ['quay', 'clairctl'] },
    // Debugging traces everything.
    trace: {
      probability: 1,
      exporter: {
        kind: 'otlp-http',
        endpoint: 'collector:4318',
        urlPath: '/v1/traces',
        compression: 'gzip',
        headers: { Authorization: 'Bearer x' },
        insecure: true,
        timeoutMs: 5_000,
        clientTls: { rootCa: undefined, cert: '/c', key: '/k' },
      },
    },
    metrics: { prometheusPath: '/stats' },
    clearstory: {
      dataFolder: '/srv/clearstory',
      upstream: { psk: { key: Buffer.from('secret'), issuer: 'clearstory' } },
      feed: 'https://mirror.example.com/msrc',
      osv: '/srv/osv',
      allowAddresses: ['10.0.0.0/8'],
      caFile: '/etc/ca.pem',
      limits: { bodyBytes: 2048, headerBytes: 4096, layers: 100, requestSeconds: 60, workerMemoryMb: 256 },
      reportCacheMb: 64,
    },
    warnings: [],
  });
  const { delivery } = configuration.notifier;
  expect(delivery?.kind === 'webhook' && delivery.target.href).toBe(
    'https://quay.example.com/secscan/notification',
  );
  // Identifiers are appended to it.
  expect(delivery?.callback?.href).toBe('http://clair:6060/notifier/api/v1/notification/');
  expect(configuration.clearstory.upstream?.url.href).toBe('http://clair:6060/base');
});

test('keys match regardless of case, and of two spellings both count', async () => {
  const { matcher } = await configurationOf('Matcher: { PERIOD: 1h }\nmatcher: { Update_Retention: 3 }\n');
  expect(matcher).toMatchObject({ periodMs: 3_600_000, updateRetention: 3 });
});

test('null is as good as absent', async () => {
  const { auth, matcher } = await configurationOf('auth:\nmatcher: { period: ~, update_retention: null }\n');
  expect(auth).toBeUndefined();
  expect(matcher).toMatchObject({ periodMs: 21_600_000, updateRetention: 10 });
});

describe('values that mean something else', () => {
  test.each([
    ['update_retention: -1', { updateRetention: Number.POSITIVE_INFINITY }],
    ['update_retention: 1', { updateRetention: 10 }],
    ['update_retention: 2', { updateRetention: 2 }],
    ['period: 0s', { periodMs: 21_600_000 }],
    ['period: 2h', { cacheAgeSeconds: 7_200 }],
  ])('matcher.%s', async (line, expected) => {
    expect((await configurationOf(`matcher:\n  ${line}\n`)).matcher).toMatchObject(expected);
  });

  test('a negative concurrency is no limit', async () => {
    const { indexer } = await configurationOf('indexer: { index_report_request_concurrency: -1 }');
    expect(indexer.indexReportRequestConcurrency).toBe(Number.POSITIVE_INFINITY);
  });

  test('intervals below a minute are the default, with a warning', async () => {
    const { notifier, warnings } = await configurationOf('notifier: { poll_interval: 59s }');
    expect(notifier.pollIntervalMs).toBe(21_600_000);
    expect(warnings).toEqual([expect.stringMatching(/:1:13: notifier\.poll_interval is below one minute/)]);
  });

  test.each([
    ['true', true],
    ['false', undefined],
    ['https://osv.example.com', 'https://osv.example.com'],
  ])('osv: %s', async (value, expected) => {
    expect(
      (await configurationOf(`clearstory: { osv: "${value}" }`.replace(/"(true|false)"/, '$1'))).clearstory
        .osv,
    ).toBe(expected);
  });
});

describe('old names of Clair, as in its own sample', () => {
  test('are accepted with warnings', async () => {
    const { notifier, warnings } = await configurationOf(`
matcher: { updater_sets: [rhel], max_conn_pool: 100 }
notifier:
  amqp:
    exchange: { name: e, type: direct, durable: true }
    routing_key: clair
    uris: [amqp://guest:guest@mq:5672/]
    direct: true
`);
    expect(notifier.delivery).toMatchObject({ kind: 'amqp', exchange: { durable: true }, rollup: 1 });
    expect(warnings).toEqual([
      expect.stringMatching(/max_conn_pool/),
      expect.stringMatching(/updater_sets has no effect; Clair reads updaters\.sets/),
      expect.stringMatching(/notifier\.amqp\.exchange\.durable is an old name; write durability/),
    ]);
  });

  test('stomp.login is stomp.user', async () => {
    const { notifier, warnings } = await configurationOf(`
notifier:
  stomp:
    destination: /queue/clair
    callback: http://clair/n
    uris: [mq:61613]
    rollup: 5
    login: { login: me, passcode: secret }
    tls: { root_ca: /ca.pem }
`);
    expect(notifier.delivery).toMatchObject({
      kind: 'stomp',
      user: { login: 'me', passcode: 'secret' },
      rollup: 5,
      tls: { rootCa: '/ca.pem', cert: undefined },
    });
    expect(warnings).toEqual([expect.stringMatching(/stomp\.login is an old name; write user/)]);
  });
});

test('of several ways to deliver the webhook counts, then AMQP', async () => {
  const stomp = 'stomp: { destination: /q, direct: true, uris: ["mq:1"] }';
  const amqp = 'amqp: { exchange: { type: topic }, routing_key: r, direct: true, uris: ["amqps://mq"] }';
  const webhook = 'webhook: { target: "http://q/", callback: "http://c/" }';
  const all = await configurationOf(`notifier:\n  ${stomp}\n  ${amqp}\n  ${webhook}\n`);
  expect(all.notifier.delivery?.kind).toBe('webhook');
  expect(all.warnings).toHaveLength(2);
  const two = await configurationOf(`notifier:\n  ${stomp}\n  ${amqp}\n`);
  expect(two.notifier.delivery?.kind).toBe('amqp');
});

describe('traces and metrics that are not offered', () => {
  test.each([
    ['trace: { name: jaeger }', /Jaeger takes OTLP since 1\.35/],
    ['trace: { name: sentry }', /sentry, which has no effect/],
    ['metrics: { name: otlp }', /fetch them from \/metrics/],
  ])('%s is accepted and told', async (text, warning) => {
    const { trace, warnings } = await configurationOf(text);
    expect(trace.exporter).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(warning)]);
  });
});

describe('the mode', () => {
  test.each(['combo', 'Indexer', 'MATCHER', ' combo '])('%j is known', async (mode) => {
    expect((await configurationOf('', mode)).mode).toBe(mode.trim().toLowerCase());
  });

  test('is that of the command line, or else that of CLAIR_MODE', async () => {
    const environment = { ...BARE_ENVIRONMENT, CLAIR_MODE: 'indexer' };
    expect((await configurationOf('', undefined, environment)).mode).toBe('indexer');
    expect((await configurationOf('', 'matcher', environment)).mode).toBe('matcher');
  });

  test('that is none is refused, with where it came from', async () => {
    expect(await refusalOf(configurationOf('', 'all'))).toMatch(
      /^--mode "all" must be one of combo, indexer/,
    );
    const environment = { ...BARE_ENVIRONMENT, CLAIR_MODE: 'x' };
    expect(await refusalOf(configurationOf('', undefined, environment))).toMatch(/^CLAIR_MODE "x"/);
  });

  test('notifier needs somebody to tell', async () => {
    expect(await refusalOf(configurationOf('', 'notifier'))).toMatch(/has nobody to tell/);
  });
});

test('CLAIR_CONF names the file where the command line does not', async () => {
  const path = writeConfiguration({ 'config.json': '{"http_listen_addr": ":7070"}' });
  const environment = { ...BARE_ENVIRONMENT, CLAIR_CONF: path };
  expect((await readConfiguration(undefined, environment)).httpListenAddress.port).toBe(7070);
});

test('the data directory is where the XDG specification says, unless we are root', async () => {
  const folder = async (environment: NodeJS.ProcessEnv): Promise<string> =>
    (await readConfiguration(undefined, environment)).clearstory.dataFolder;
  const isRoot = process.getuid?.() === 0;
  expect(await folder({ HOME: '/home/me' })).toBe(
    isRoot ? '/var/lib/clearstory' : '/home/me/.local/share/clearstory',
  );
  expect(await folder({ HOME: '/home/me', XDG_DATA_HOME: '/data' })).toBe(
    isRoot ? '/var/lib/clearstory' : '/data/clearstory',
  );
});
