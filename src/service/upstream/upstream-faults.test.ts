// What becomes of requests when the Clair behind us is down, busy, slow, or no Clair.
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  startUpstreamClair,
  type UpstreamFault,
  type UpstreamServer,
} from '../../../test/builders/upstream-clair.ts';
import { createLogger } from '../../base/log.ts';
import { UpstreamClair, type UpstreamTimeouts } from './upstream-clair.ts';

const log = createLogger('silent');
const DIGEST = `sha256:${'a1'.repeat(32)}`;
const SIGNED = 'https://cdn.example.com/blobs/x?Signature=very-secret';
const MANIFEST = {
  hash: DIGEST,
  layers: [{ hash: `sha256:${'c3'.repeat(32)}`, uri: SIGNED, headers: {} }],
};

let server: UpstreamServer;
const clients: UpstreamClair[] = [];
beforeEach(async () => {
  server = await startUpstreamClair();
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await server.close();
});

function client(timeouts: Partial<UpstreamTimeouts> = {}, url = server.url): UpstreamClair {
  const clair = new UpstreamClair({ url, log, timeouts });
  clients.push(clair);
  return clair;
}

function failWith(fault: UpstreamFault): void {
  server.fault = () => fault;
}

const later = (message: RegExp) => ({
  code: 'UPSTREAM_UNAVAILABLE',
  message: expect.stringMatching(message),
});

describe('an upstream that is down', () => {
  test('is named, without more than its host', async () => {
    await server.close();
    const clair = client({}, `${server.url}/path?token=secret`);
    await expect(clair.index(MANIFEST)).rejects.toMatchObject(later(/refuses the connection/));
    await expect(clair.vulnerabilityReport(DIGEST)).rejects.toMatchObject({
      message: expect.not.stringMatching(/path|secret/),
    });
  });

  test('is not asked again and again, and is back as soon as it tells its state', async () => {
    failWith({ kind: 'answer', status: 503 });
    const clair = client();
    for (let index = 0; index < 5; index++) {
      await expect(clair.indexReport(DIGEST)).rejects.toMatchObject(later(/HTTP 503/));
    }
    const asked = server.requests.length;
    await expect(clair.indexReport(DIGEST)).rejects.toMatchObject(later(/the last times it was asked/));
    await expect(clair.index(MANIFEST)).rejects.toMatchObject(later(/the last times it was asked/));
    expect(server.requests.length).toBe(asked);

    server.fault = undefined;
    await clair.state();
    expect((await clair.index(MANIFEST)).state).toBe('IndexFinished');
  });

  test('its matcher alone does not stop the indexer', async () => {
    server.fault = (_, path) => (path.startsWith('/matcher/') ? { kind: 'answer', status: 502 } : undefined);
    const clair = client();
    for (let index = 0; index < 7; index++) {
      await expect(clair.vulnerabilityReport(DIGEST)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    }
    expect(await clair.indexReport(DIGEST)).toBeUndefined();
  });

  test('one image that fails does not stop the others', async () => {
    server.fault = (method) => (method === 'POST' ? { kind: 'answer', status: 500 } : undefined);
    const clair = client();
    for (let index = 0; index < 7; index++) {
      await expect(clair.index(MANIFEST)).rejects.toMatchObject(later(/HTTP 500/));
    }
  });

  test('never answers: the request ends in time', async () => {
    failWith({ kind: 'silent' });
    const clair = client({ reportMs: 100, indexMs: 150, stateMs: 50 });
    await expect(clair.vulnerabilityReport(DIGEST)).rejects.toMatchObject(later(/did not answer within/));
    await expect(clair.index(MANIFEST)).rejects.toMatchObject(later(/did not answer within/));
    await expect(clair.state()).rejects.toMatchObject(later(/did not answer within/));
  });

  test('accepts connections and closes them', async () => {
    const closing = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve));
    const { port } = closing.address() as { port: number };
    await expect(client({}, `http://127.0.0.1:${port}`).state()).rejects.toMatchObject(later(/was cut/));
    closing.close();
  });
});

describe('an upstream that is busy', () => {
  test('is asked again until it has a place', async () => {
    let refusals = 2;
    server.fault = () => (refusals-- > 0 ? { kind: 'answer', status: 429 } : undefined);
    expect((await client().index(MANIFEST)).state).toBe('IndexFinished');
    expect(server.requests).toHaveLength(3);
  });

  test('for too long: not available', async () => {
    failWith({ kind: 'answer', status: 429 });
    await expect(client({ waitToIndexMs: 400 }).index(MANIFEST)).rejects.toMatchObject(later(/HTTP 429/));
  });

  test('gets a limited number at a time, and nobody waits without end', async () => {
    failWith({ kind: 'silent' });
    const clair = client({ waitToIndexMs: 200, indexMs: 800 });
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => clair.index(MANIFEST)));
    expect(server.requests).toHaveLength(32);
    const reasons = outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason.message as string);
    expect(reasons.filter((reason) => reason.includes('too many requests'))).toHaveLength(68);
    expect(reasons.filter((reason) => reason.includes('did not answer'))).toHaveLength(32);
  });

  test('indexing does not keep reports waiting', async () => {
    server.manifests.set(DIGEST, MANIFEST);
    server.fault = (method) => (method === 'POST' ? { kind: 'silent' } : undefined);
    const clair = client({ indexMs: 2_000 });
    const posts = Promise.allSettled(Array.from({ length: 50 }, () => clair.index(MANIFEST)));
    expect(await clair.vulnerabilityReport(DIGEST)).toBeDefined();
    await clair.close();
    await posts;
  });
});

describe('an answer that is cut', () => {
  test('before it began: asked for once more', async () => {
    let cuts = 1;
    server.fault = () => (cuts-- > 0 ? { kind: 'cut' } : undefined);
    expect((await client().index(MANIFEST)).state).toBe('IndexFinished');
  });

  test('again and again: not available', async () => {
    failWith({ kind: 'cut', afterBytes: 20 });
    await expect(client().indexReport(DIGEST)).rejects.toMatchObject(later(/was cut/));
    expect(server.requests).toHaveLength(2);
  });
});

describe('an answer that no Clair gives', () => {
  const good = {
    manifest_hash: DIGEST,
    state: 'IndexFinished',
    packages: {},
    distributions: {},
    environments: {},
    success: true,
    err: '',
  };
  test.each([
    ['a page of HTML', '<html>log in</html>', /not JSON/],
    ['nothing', '', /not JSON/],
    ['null', 'null', /not a JSON object/],
    ['a list', '[]', /not a JSON object/],
    ['other JSON', '{"ok":true}', /without a proper "manifest_hash"/],
    ['null for a map', JSON.stringify({ ...good, packages: null }), /without a proper "packages"/],
    [
      'another image',
      JSON.stringify({ ...good, manifest_hash: `sha256:${'00'.repeat(32)}` }),
      /another manifest/,
    ],
  ])('%s is not passed on', async (_, body, message) => {
    failWith({ kind: 'answer', status: 201, body });
    await expect(client().index(MANIFEST)).rejects.toMatchObject(later(message));
    failWith({ kind: 'answer', status: 200, body });
    await expect(client().indexReport(DIGEST)).rejects.toMatchObject(later(message));
  });

  test('a list of deleted ones that is none', async () => {
    failWith({ kind: 'answer', status: 200, body: 'gone' });
    await expect(client().delete([DIGEST, DIGEST])).rejects.toMatchObject(later(/not a list/));
  });

  test('notifications that are null are no notification', async () => {
    failWith({ kind: 'answer', status: 200, body: '{"page":{"size":500},"notifications":null}' });
    expect(await client().notificationPage('11111111-2222-4333-8444-555555555555')).toBeUndefined();
  });

  test('a state of more than a megabyte is not read to its end', async () => {
    failWith({ kind: 'answer', status: 200, body: 'x'.repeat(5 * 1024 * 1024) });
    await expect(client().state()).rejects.toMatchObject(later(/more than 1 MiB/));
  });

  test('a redirect is not followed', async () => {
    const elsewhere = await startUpstreamClair();
    const headers = { location: `${elsewhere.url}/indexer/api/v1/index_state` };
    failWith({ kind: 'answer', status: 302, headers });
    await expect(client().state()).rejects.toMatchObject(later(/redirects/));
    await expect(client().index(MANIFEST)).rejects.toMatchObject(later(/redirects/));
    expect(elsewhere.requests).toHaveLength(0);
    await elsewhere.close();
  });
});

describe('a request that can never work', () => {
  test('is refused with what the upstream says, in ASCII and without signed addresses', async () => {
    const message = `failed to deserialize “manifest”: layer at ${SIGNED} with Bearer abc.def`;
    failWith({ kind: 'answer', status: 400, body: JSON.stringify({ code: 'bad-request', message }) });
    const refusal: Error = await client()
      .index(MANIFEST)
      .then(
        () => expect.unreachable(),
        (error) => error,
      );
    expect(refusal).toMatchObject({ code: 'BAD_REQUEST' });
    expect(refusal.message).toContain(
      'failed to deserialize ?manifest?: layer at https://cdn.example.com/...',
    );
    expect(refusal.message).toMatch(/^[\x20-\x7e]+$/);
    expect(refusal.message).not.toMatch(/secret|abc\.def/);
  });

  test('any other refusal may be one of a moment', async () => {
    failWith({ kind: 'answer', status: 405 });
    await expect(client().index(MANIFEST)).rejects.toMatchObject(later(/HTTP 405/));
  });
});
