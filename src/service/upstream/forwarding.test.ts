// Who is asked for a report or a notification: this service first, the Clair behind it for what is unknown here.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { linuxNotification } from '../../../test/builders/linux-reports.ts';
import { startUpstreamClair, type UpstreamServer } from '../../../test/builders/upstream-clair.ts';
import { createLogger } from '../../base/log.ts';
import type { RenderedBody } from '../../model/rendered-body.ts';
import { notificationsOfBoth, vulnerabilityReportOfEither } from './forwarding.ts';
import { openUpstream } from './open-upstream.ts';
import type { UpstreamClair } from './upstream-clair.ts';

const KEY = Buffer.from('the key of both');
const DIGEST = `sha256:${'a1'.repeat(32)}`;
const ID = '11111111-2222-4333-8444-555555555555';
const OWN_ID = '99999999-2222-4333-8444-555555555555';
const log = createLogger('silent');

let server: UpstreamServer;
let upstream: UpstreamClair;
beforeEach(async () => {
  server = await startUpstreamClair({ psk: { key: KEY.toString('base64'), iss: ['clearstory'] } });
  upstream = openUpstream({ url: new URL(server.url), psk: { key: KEY, issuer: 'clearstory' } }, { log });
});
afterEach(async () => {
  await upstream.close();
  await server.close();
});

function body(text: string): RenderedBody {
  return { plain: [Buffer.from(text)], plainBytes: text.length };
}

function textOf(rendered: RenderedBody | undefined): string {
  return Buffer.concat(rendered?.plain ?? []).toString('utf8');
}

describe('a vulnerability report', () => {
  const ask = (own: RenderedBody | undefined, kind: string | undefined) =>
    vulnerabilityReportOfEither(
      {
        own: { vulnerabilityReport: async () => own },
        upstream,
        manifests: { find: async () => (kind === undefined ? undefined : { kind }) },
      },
      DIGEST,
    );

  test('that is made here is not asked of the upstream', async () => {
    expect(textOf(await ask(body('own'), 'windows'))).toBe('own');
    expect(server.requests).toHaveLength(0);
  });

  test('that is not there yet is not asked of it either, so that it may be down', async () => {
    await server.close();
    expect(await ask(undefined, 'windows')).toBeUndefined();
  });

  test.each(['upstream', 'other', undefined])('of a manifest of kind %s is the upstream’s', async (kind) => {
    server.manifests.set(DIGEST, { hash: DIGEST, layers: [{ hash: DIGEST, uri: '' }] });
    const report = await ask(undefined, kind);
    expect(JSON.parse(textOf(report))).toMatchObject({ manifest_hash: DIGEST });
    expect(report?.maxAge).toBe(21600);
  });

  test('that nobody has', async () => {
    expect(await ask(undefined, undefined)).toBeUndefined();
  });
});

describe('notifications', () => {
  const query = { size: 500, next: undefined };
  const own = {
    page: async (id: string) => (id === OWN_ID ? body('own') : undefined),
    delete: async (id: string) => id === OWN_ID,
  };

  test('are looked for here, then at the upstream', async () => {
    const both = notificationsOfBoth(own, upstream);
    expect(textOf(await both.page(OWN_ID, query))).toBe('own');
    expect(await both.delete(OWN_ID)).toBe(true);
    expect(server.requests).toHaveLength(0);
    server.notifications.set(ID, [linuxNotification(DIGEST)]);
    expect(JSON.parse(textOf(await both.page(ID, query))).notifications).toHaveLength(1);
    expect(await both.delete(ID)).toBe(true);
    expect(await both.delete(ID)).toBe(false);
  });

  test('are all the upstream’s where nothing is notified', async () => {
    server.notifications.set(ID, [linuxNotification(DIGEST)]);
    expect(await notificationsOfBoth(undefined, upstream).delete(ID)).toBe(true);
  });

  test('that cannot be asked for now are not unknown', async () => {
    server.fault = () => ({ kind: 'answer', status: 503 });
    const asked = notificationsOfBoth(own, upstream).page(ID, query);
    await expect(asked).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });
});
