// What a working Clair behind us is asked, and how its answers come through.
import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { makeCertificate } from '../../../test/builders/certificates.ts';
import { linuxNotification } from '../../../test/builders/linux-reports.ts';
import { quayFaults } from '../../../test/builders/quay-schema.ts';
import { startStorageServer } from '../../../test/builders/storage-server.ts';
import {
  type UpstreamClairOptions as ServerOptions,
  startUpstreamClair,
  type UpstreamServer,
} from '../../../test/builders/upstream-clair.ts';
import { digestOf } from '../../base/digest.ts';
import { createLogger } from '../../base/log.ts';
import { UpstreamClair, type UpstreamClairOptions } from './upstream-clair.ts';

const log = createLogger('silent');
const DIGEST = `sha256:${'a1'.repeat(32)}`;
const OTHER = `sha256:${'b2'.repeat(32)}`;
const MANIFEST = {
  hash: DIGEST,
  layers: [
    {
      hash: `sha256:${'c3'.repeat(32)}`,
      uri: 'https://quay.example.com/v2/a/b/blobs/x',
      headers: { Accept: ['application/gzip'], Authorization: ['Bearer layer-token'] },
    },
  ],
};
const PSK = { key: Buffer.from('a key of the upstream').toString('base64'), iss: ['quay', 'clearstory'] };

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function start(
  served: ServerOptions = {},
  options: Partial<UpstreamClairOptions> = {},
): Promise<{ server: UpstreamServer; clair: UpstreamClair }> {
  const server = await startUpstreamClair(served);
  const clair = new UpstreamClair({ url: server.url, log, ...options });
  open.push(server, clair);
  return { server, clair };
}

function sign(iss: string, key = PSK.key): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss, iat: now, nbf: now - 60, exp: now + 60 })}`;
  return `${signed}.${createHmac('sha256', Buffer.from(key, 'base64')).update(signed).digest('base64url')}`;
}

function documentOf(body: { plain: readonly Uint8Array[]; plainBytes: number } | undefined) {
  const bytes = Buffer.concat(body?.plain ?? []);
  expect(bytes.length).toBe(body?.plainBytes);
  return JSON.parse(bytes.toString('utf8'));
}

describe('a working upstream', () => {
  test('is posted the manifest as it is, tokens for layers included, and answers the index report', async () => {
    const { server, clair } = await start();
    const report = await clair.index(MANIFEST);
    expect(report.state).toBe('IndexFinished');
    expect(documentOf(report)).toMatchObject({
      manifest_hash: DIGEST,
      state: 'IndexFinished',
      success: true,
    });
    expect(JSON.parse(server.requests[0]!.body)).toEqual(MANIFEST);
    expect(documentOf(await clair.indexReport(DIGEST))).toEqual(documentOf(report));
  });

  test('can download the layers with what was posted', async () => {
    const layer = Buffer.from('a layer');
    const storage = await startStorageServer({ blobs: [layer] });
    open.push(storage);
    const { clair } = await start({ fetchLayers: true });
    const digest = digestOf(layer);
    const headers = { Accept: ['application/gzip'] };
    await clair.index({ hash: DIGEST, layers: [{ hash: digest, uri: storage.urlOf(digest), headers }] });
    expect(storage.requests).toHaveLength(1);
    expect(storage.requests[0]!.headers.accept).toBe('application/gzip');
  });

  test('answers its vulnerability report with the age that it may have', async () => {
    const { server, clair } = await start();
    server.manifests.set(DIGEST, MANIFEST);
    const report = await clair.vulnerabilityReport(DIGEST);
    expect(report?.maxAge).toBe(21600);
    expect(quayFaults('VulnerabilityReport', documentOf(report))).toEqual([]);
    expect(Object.values(documentOf(report).vulnerabilities)).toMatchObject([{ name: 'CVE-2023-5678' }]);
  });

  test('does not know a manifest', async () => {
    const { clair } = await start();
    expect(await clair.indexReport(DIGEST)).toBeUndefined();
    expect(await clair.vulnerabilityReport(DIGEST)).toBeUndefined();
  });

  test('has no report while it has no vulnerabilities', async () => {
    const { server, clair } = await start();
    server.manifests.set(DIGEST, MANIFEST);
    server.isReady = false;
    expect(await clair.vulnerabilityReport(DIGEST)).toBeUndefined();
  });

  test('deletes one and many', async () => {
    const { server, clair } = await start();
    server.manifests.set(DIGEST, MANIFEST).set(OTHER, MANIFEST);
    expect(await clair.delete([])).toEqual([]);
    expect(await clair.delete([DIGEST])).toEqual([DIGEST]);
    expect([...server.manifests.keys()]).toEqual([OTHER]);
    expect(await clair.delete([DIGEST, OTHER])).toEqual([OTHER]);
    expect(await clair.delete([DIGEST, OTHER])).toEqual([]);
  });

  test('pages a notification of its own, and deletes it', async () => {
    const { server, clair } = await start();
    const id = '11111111-2222-4333-8444-555555555555';
    const second = { ...linuxNotification(OTHER), id: '00000000-0000-4000-8000-000000000002' };
    server.notifications.set(id, [linuxNotification(DIGEST), second]);
    const first = documentOf(await clair.notificationPage(id, { size: 1 }));
    expect(quayFaults('PagedNotifications', first)).toEqual([]);
    expect(first.notifications).toMatchObject([{ manifest: DIGEST }]);
    const last = documentOf(await clair.notificationPage(id, { size: 1, next: first.page.next }));
    expect(last).toMatchObject({ page: { size: 1 }, notifications: [{ manifest: OTHER }] });
    expect(last.page.next).toBeUndefined();
    expect(await clair.deleteNotification(id)).toBe(true);
    expect(await clair.deleteNotification(id)).toBe(false);
    expect(documentOf(await clair.notificationPage(id)).notifications).toEqual([]);
  });

  test('answers its state by a new connection each time', async () => {
    const { server, clair } = await start();
    server.states = ['one', 'two'];
    expect([await clair.state(), await clair.state(), await clair.state()]).toEqual(['one', 'two', 'one']);
    expect(new Set(server.requests.map((seen) => seen.port)).size).toBe(3);
  });

  test('is asked below its path', async () => {
    const { server, clair } = await start({ prefix: '/security/clair' });
    expect(await clair.state()).toBe(server.states[0]);
    expect(clair.address).toBe(server.url);
    const slashed = new UpstreamClair({ url: `${server.url}/`, log });
    open.push(slashed);
    expect(await slashed.state()).toBe(server.states[0]);
  });

  test('keeps the connection for what is asked often', async () => {
    const { server, clair } = await start();
    for (let index = 0; index < 20; index++) await clair.indexReport(DIGEST);
    // The first may not have been given back when the second request began.
    expect(new Set(server.requests.map((seen) => seen.port)).size).toBeLessThanOrEqual(2);
  });
});

describe('the key of the upstream', () => {
  test('signs every request', async () => {
    const { clair } = await start({ psk: PSK }, { token: () => sign('clearstory') });
    await clair.state();
    await clair.index(MANIFEST);
    expect(await clair.vulnerabilityReport(DIGEST)).toBeDefined();
    expect(await clair.delete([DIGEST])).toEqual([DIGEST]);
  });

  test.each([
    ['is missing', undefined],
    ['is another', () => sign('quay', Buffer.from('another').toString('base64'))],
    ['has an issuer that is not accepted', async () => sign('somebody')],
  ])('%s: not available, and the log says what to correct', async (_, token) => {
    const lines: string[] = [];
    const watched = Object.assign(Object.create(log), {
      error: (_context: object, line: string) => lines.push(line),
    }) as typeof log;
    const { clair } = await start({ psk: PSK }, { token, log: watched });
    const refused = {
      code: 'UPSTREAM_UNAVAILABLE',
      message: expect.stringMatching(/refuses the token.*401/),
    };
    await expect(clair.index(MANIFEST)).rejects.toMatchObject(refused);
    await expect(clair.index(MANIFEST)).rejects.toMatchObject(refused);
    expect(lines).toEqual([expect.stringMatching(/upstream_auth\.psk\.key.*auth\.psk\.iss/)]);
  });
});

describe('HTTPS', () => {
  test('is trusted by the authority that is named, and by no other', async () => {
    const tls = makeCertificate();
    const { server, clair } = await start({ tls }, { ca: tls.ca });
    expect(await clair.state()).toBe(server.states[0]);
    const stranger = new UpstreamClair({ url: server.url, log });
    open.push(stranger);
    await expect(stranger.state()).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      message: expect.stringMatching(/certificate is not accepted.*ca_file/),
    });
  });
});
