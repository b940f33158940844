// The MSRC API, as played by a local server: what is asked for, and every way an answer can go wrong.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { buildCvrf, buildFeedIndex, type CvrfSpec } from '../../test/builders/cvrf.ts';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import { MAX_DOCUMENT_BYTES } from '../formats/cvrf/parse-cvrf.ts';
import { AdvisoriesStore } from './advisories-store.ts';
import { MsrcFeed } from './msrc-feed.ts';
import { updateAdvisories } from './update.ts';

const NOW = new Date('2026-07-14T20:00:00Z');

function document(id: string): CvrfSpec {
  const vulnerabilities = [{ id: 'CVE-2026-1000', affected: ['1'] }];
  return { id, released: '2026-06-09T07:00:00', products: { '1': 'One' }, vulnerabilities };
}

const OLD = document('2020-Jan');
const JUNE = document('2026-Jun');

type Answers = Record<string, (request: IncomingMessage, response: ServerResponse) => void>;

/** A server with these answers by path, 404 for all others, and the paths it was asked for. */
async function serve(answers: Answers): Promise<{ feed: () => MsrcFeed; asked: string[] }> {
  const asked: string[] = [];
  const listener: RequestListener = (request, response) => {
    asked.push(request.url ?? '');
    const answer = answers[request.url ?? ''];
    if (answer) answer(request, response);
    else response.writeHead(404).end('no such document');
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { feed: () => new MsrcFeed(`http://127.0.0.1:${port}/v3.0/`, NOW), asked };
}

function send(body: string | Buffer, headers: Record<string, string> = {}): Answers[string] {
  return (_, response) => response.writeHead(200, headers).end(body);
}

const INDEX = send(buildFeedIndex([OLD, JUNE]));

// A proxy of the machine is not part of these tests.
beforeEach(() => void vi.stubEnv('no_proxy', '127.0.0.1').stubEnv('NO_PROXY', '127.0.0.1'));
afterEach(() => void vi.unstubAllEnvs());

describe('what is asked for', () => {
  test('compressed on the way, the same document when it arrives', async () => {
    const zipped =
      (text: string): Answers[string] =>
      (request, response) => {
        expect(request.headers['accept-encoding']).toBe('gzip');
        send(gzipSync(text), { 'content-encoding': 'gzip' })!(request, response);
      };
    const { feed } = await serve({
      '/v3.0/updates': zipped(buildFeedIndex([JUNE])),
      '/v3.0/cvrf/2026-Jun': zipped(buildCvrf(JUNE)),
    });
    const msrc = feed();
    expect((await msrc.list()).map((listing) => listing.id)).toEqual(['2026-Jun']);
    const answer = await msrc.read('2026-Jun', undefined);
    if (answer.kind !== 'document') throw new Error(`unexpected ${answer.kind}`);
    expect(Buffer.from(answer.bytes).toString()).toBe(buildCvrf(JUNE));
    const plain = await serve({ '/v3.0/cvrf/2026-Jun': send(buildCvrf(JUNE)) });
    expect(await plain.feed().read('2026-Jun', { hash: answer.hash })).toEqual({ kind: 'unchanged' });
  });

  test('an answer that is cut while compressed is an error', async () => {
    const cut = gzipSync(buildCvrf(JUNE)).subarray(0, 200);
    const { feed } = await serve({ '/v3.0/cvrf/2026-Jun': send(cut, { 'content-encoding': 'gzip' }) });
    await expect(feed().read('2026-Jun', undefined)).rejects.toMatchObject({ code: 'DOCUMENT_UNREADABLE' });
  });

  test('index as JSON, documents as XML', async () => {
    const accepted: (string | undefined)[] = [];
    const noting =
      (answer: Answers[string]): Answers[string] =>
      (request, response) => {
        accepted.push(request.headers.accept);
        answer(request, response);
      };
    const { feed, asked } = await serve({
      '/v3.0/updates': noting(INDEX),
      '/v3.0/cvrf/2026-Jun': noting(send(buildCvrf(JUNE), { etag: '"one"' })),
    });
    const msrc = feed();
    expect((await msrc.list()).map((listing) => listing.id)).toEqual(['2020-Jan', '2026-Jun']);
    const answer = await msrc.read('2026-Jun', undefined);
    expect(answer).toMatchObject({ kind: 'document', etag: '"one"' });
    if (answer.kind === 'document') expect(Buffer.from(answer.bytes).toString()).toBe(buildCvrf(JUNE));
    expect(accepted).toEqual(['application/json', 'application/xml']);
    expect(asked).toEqual(['/v3.0/updates', '/v3.0/cvrf/2026-Jun']);
  });

  test('the etag is sent, 304 is unchanged', async () => {
    let sent: string | undefined;
    const { feed } = await serve({
      '/v3.0/cvrf/2026-Jun': (request, response) => {
        sent = request.headers['if-none-match'];
        response.writeHead(304).end();
      },
    });
    expect(await feed().read('2026-Jun', { hash: 'x', etag: '"one"' })).toEqual({ kind: 'unchanged' });
    expect(sent).toBe('"one"');
  });

  test('the same bytes under a new etag are unchanged', async () => {
    const { feed } = await serve({ '/v3.0/cvrf/2026-Jun': send('same', { etag: '"two"' }) });
    const first = await feed().read('2026-Jun', undefined);
    if (first.kind !== 'document') return expect.fail('no document');
    const again = await feed().read('2026-Jun', { hash: first.hash, etag: '"one"' });
    expect(again).toEqual({ kind: 'unchanged' });
  });

  test('an old month only when its listed date moved, the last three months always', async () => {
    const { feed, asked } = await serve({
      '/v3.0/updates': INDEX,
      '/v3.0/cvrf/2020-Jan': send(buildCvrf(OLD)),
      '/v3.0/cvrf/2026-Jun': send(buildCvrf(JUNE)),
    });
    const msrc = feed();
    await msrc.list();
    const asListed = { hash: 'x', listed: '2026-06-09T07:00:00Z' };
    expect(await msrc.read('2020-Jan', asListed)).toEqual({ kind: 'unchanged' });
    expect(asked).toEqual(['/v3.0/updates']);
    expect((await msrc.read('2026-Jun', asListed)).kind).toBe('document');
    const before = { ...asListed, listed: '2026-05-01T00:00:00Z' };
    expect((await msrc.read('2020-Jan', before)).kind).toBe('document');
  });

  test('a whole update: unlisted recent months may be absent', async () => {
    const { feed, asked } = await serve({
      '/v3.0/updates': INDEX,
      '/v3.0/cvrf/2020-Jan': send(gzipSync(buildCvrf(OLD))),
      '/v3.0/cvrf/2026-Jun': send(buildCvrf(JUNE)),
    });
    const store = new AdvisoriesStore(temporaryDirectory());
    const result = await updateAdvisories(feed(), store, NOW);
    expect(result).toMatchObject({ documents: 2, read: 2, failures: [] });
    expect(asked).toContain('/v3.0/cvrf/2026-Jul');
    expect(asked).toContain('/v3.0/cvrf/2026-May');
    asked.length = 0;
    expect(await updateAdvisories(feed(), store, NOW)).toMatchObject({ changed: false, read: 0 });
    expect(asked).not.toContain('/v3.0/cvrf/2020-Jan');
  });

  test('redirects are followed', async () => {
    const { feed } = await serve({
      '/v3.0/cvrf/2026-Jun': (_, response) => response.writeHead(302, { location: '/elsewhere' }).end(),
      '/elsewhere': send('here'),
    });
    expect((await feed().read('2026-Jun', undefined)).kind).toBe('document');
  });
});

describe('answers that go wrong', () => {
  test('404 is absent', async () => {
    const { feed } = await serve({});
    expect(await feed().read('2026-Jun', undefined)).toEqual({ kind: 'absent' });
  });

  test('500, then the document: asked again', async () => {
    let asks = 0;
    const { feed } = await serve({
      '/v3.0/cvrf/2026-Jun': (_, response) => {
        if (++asks === 1) response.writeHead(500).end('sorry');
        else response.end('fine');
      },
    });
    const answer = await feed().read('2026-Jun', undefined);
    expect(answer.kind === 'document' && Buffer.from(answer.bytes).toString()).toBe('fine');
    expect(asks).toBe(2);
  });

  test.each([400, 403, 418])('HTTP %i: an error that says so', async (status) => {
    const { feed } = await serve({
      '/v3.0/updates': (_, response) => response.writeHead(status).end(),
      '/v3.0/cvrf/2026-Jun': (_, response) => response.writeHead(status).end(),
    });
    const says = expect.stringContaining(String(status));
    await expect(feed().list()).rejects.toMatchObject({ code: 'FEED_UNREADABLE', message: says });
    await expect(feed().read('2026-Jun', undefined)).rejects.toMatchObject({
      code: 'DOCUMENT_UNREADABLE',
      message: says,
    });
  });

  test('a page in HTML is neither index nor document', async () => {
    const page = send('<!DOCTYPE html><html><body>Sign in</body></html>');
    const { feed } = await serve({ '/v3.0/updates': page });
    await expect(feed().list()).rejects.toMatchObject({ code: 'FEED_UNREADABLE' });
    const { feed: second } = await serve({ '/v3.0/updates': INDEX, '/v3.0/cvrf/2020-Jan': page });
    const store = new AdvisoriesStore(temporaryDirectory());
    await expect(updateAdvisories(second(), store, NOW)).rejects.toMatchObject({
      code: 'DOCUMENT_UNREADABLE',
    });
  });

  test('cut in the middle: never a part of a document', async () => {
    const { feed } = await serve({
      '/v3.0/cvrf/2026-Jun': (_, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('half', () => response.destroy());
      },
    });
    await expect(feed().read('2026-Jun', undefined)).rejects.toMatchObject({ code: 'DOCUMENT_UNREADABLE' });
  }, 15_000);

  test('an answer without end is given up', async () => {
    const chunk = Buffer.alloc(1024 * 1024);
    let sent = 0;
    const { feed } = await serve({
      '/v3.0/updates': (_, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write(chunk)) sent += chunk.length;
        };
        response.on('drain', more);
        more();
      },
    });
    await expect(feed().list()).rejects.toMatchObject({
      code: 'FEED_UNREADABLE',
      message: expect.stringContaining('more than'),
    });
    expect(sent).toBeLessThan(MAX_DOCUMENT_BYTES);
  });

  test('no address at all', async () => {
    await expect(new MsrcFeed('http://127.0.0.1:99999', NOW).list()).rejects.toMatchObject({
      code: 'FEED_UNREADABLE',
      message: expect.stringContaining('check the network'),
    });
  });
});
