// Tokens are made here by hand, with nothing but an HMAC: what the library makes it would also believe.
import { createHmac, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { signToken } from './sign-token.ts';
import { type TokenVerdict, verifyToken } from './verify-token.ts';

const KEY = randomBytes(32);
const NOW = new Date('2026-03-10T12:00:00.400Z');
const NOW_S = Math.floor(NOW.getTime() / 1000);
const ACCEPTED = { key: KEY, issuers: ['quay', 'clairctl'] };

const HASHES = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' } as const;

function encoded(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

function made(
  claims: unknown = { iss: 'quay', exp: NOW_S + 300 },
  {
    alg = 'HS256',
    key = KEY,
    header = {},
  }: { alg?: keyof typeof HASHES; key?: Buffer; header?: object } = {},
): string {
  const signed = `${encoded({ alg, ...header })}.${encoded(claims)}`;
  return `${signed}.${createHmac(HASHES[alg], key).update(signed).digest('base64url')}`;
}

function verdict(token: string): Promise<TokenVerdict> {
  return verifyToken(`Bearer ${token}`, ACCEPTED, NOW);
}

describe('accepted', () => {
  test.each(['HS256', 'HS384', 'HS512'] as const)('a token of Quay signed by %s', async (alg) => {
    expect(await verdict(made(undefined, { alg }))).toEqual({ kind: 'accepted', issuer: 'quay' });
  });

  test.each([
    ['of another part of a Clair, which nobody has to list', { iss: 'clair-intraservice' }],
    ['without any time', { iss: 'clairctl' }],
    ['just expired, within the leeway', { iss: 'quay', exp: NOW_S - 14 }],
    ['not yet valid, within the leeway', { iss: 'quay', nbf: NOW_S + 15 }],
    ['issued a little in the future', { iss: 'quay', iat: NOW_S + 15 }],
    ['with claims that mean nothing here', { iss: 'quay', aud: 'x', sub: 'y', jti: 'z' }],
  ])('one %s', async (_, claims) => {
    expect((await verdict(made(claims))).kind).toBe('accepted');
  });

  test('one signed with a short key, as old configurations have', async () => {
    const key = Buffer.from('secret');
    const token = made({ iss: 'quay' }, { key });
    expect((await verifyToken(`Bearer ${token}`, { key, issuers: ['quay'] }, NOW)).kind).toBe('accepted');
  });
});

describe('refused', () => {
  test.each([
    ['a wrong key', made(undefined, { key: randomBytes(32) }), 'signature'],
    ['a key that only begins like ours', made(undefined, { key: KEY.subarray(0, 31) }), 'signature'],
    ['an issuer that is not listed', made({ iss: 'mallory' }), 'issuer'],
    ['a list of issuers', made({ iss: ['quay'] }), 'issuer'],
    ['no issuer', made({ exp: NOW_S + 300 }), 'issuer'],
    ['an expired token', made({ iss: 'quay', exp: NOW_S - 16 }), 'expired'],
    ['one that is not valid yet', made({ iss: 'quay', nbf: NOW_S + 17 }), 'early'],
    ['one issued in the future', made({ iss: 'quay', iat: NOW_S + 17 }), 'early'],
    ['an expiry that is no number', made({ iss: 'quay', exp: 'never' }), 'malformed'],
    ['claims that are no object', made('"quay"'), 'malformed'],
    ['claims that are no JSON', made('iss: quay'), 'malformed'],
    ['a critical extension', made(undefined, { header: { crit: ['x'], x: 1 } }), 'malformed'],
  ])('%s', async (_, token, reason) => {
    expect(await verdict(token)).toEqual({ kind: 'refused', reason });
  });

  test('algorithm none, with and without a signature', async () => {
    const unsigned = `${encoded({ alg: 'none' })}.${encoded({ iss: 'quay' })}.`;
    const signed = unsigned + made().split('.')[2];
    for (const token of [unsigned, signed, unsigned.replace('none', 'None')]) {
      expect((await verdict(token)).kind).toBe('refused');
    }
  });

  test('a public key signature, and an HMAC that claims to be one', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const signed = `${encoded({ alg: 'RS256' })}.${encoded({ iss: 'quay' })}`;
    const rsa = createSign('sha256').update(signed).sign(privateKey, 'base64url');
    const hmac = createHmac('sha256', KEY).update(signed).digest('base64url');
    expect(await verdict(`${signed}.${rsa}`)).toEqual({ kind: 'refused', reason: 'algorithm' });
    expect(await verdict(`${signed}.${hmac}`)).toEqual({ kind: 'refused', reason: 'algorithm' });
  });

  test('a signature of one algorithm under the name of another', async () => {
    const [, claims, signature] = made(undefined, { alg: 'HS512' }).split('.');
    expect((await verdict(`${encoded({ alg: 'HS256' })}.${claims}.${signature}`)).kind).toBe('refused');
  });

  test('every single changed byte', async () => {
    const token = made();
    for (let index = 0; index < token.length; index++) {
      // The last character of a part holds spare bits that decoders may pass over.
      if (token[index] === '.' || token[index + 1] === '.' || index === token.length - 1) continue;
      const other = token[index] === 'A' ? 'B' : 'A';
      const changed = token.slice(0, index) + other + token.slice(index + 1);
      expect((await verdict(changed)).kind, `at ${index}`).toBe('refused');
    }
  });

  test.each([
    ['nothing', undefined],
    ['an empty header', ''],
    ['another scheme', `Basic ${encoded('quay:secret')}`],
    ['a prefix in lower case', `bearer ${made()}`],
    ['no space', `Bearer${made()}`],
    ['two spaces', `Bearer  ${made()}`],
    ['a tab', `Bearer\t${made()}`],
    ['no token', 'Bearer '],
    ['two parts', `Bearer ${made().split('.').slice(0, 2).join('.')}`],
    ['four parts', `Bearer ${made()}.x`],
    ['broken base64', `Bearer ${made().replace('.', '.%')}`],
    ['a token of a mebibyte', `Bearer ${made({ iss: 'quay', padding: 'x'.repeat(1024 * 1024) })}`],
    ['an unsigned document', `Bearer ${encoded({ alg: 'HS256' })}..`],
    ['half a surrogate', 'Bearer \ud800.\ud800.\ud800'],
  ])('a request with %s', async (_, header) => {
    expect((await verifyToken(header, ACCEPTED, NOW)).kind).toBe('refused');
  });
});

test('of several header lines the first that bears a token counts', async () => {
  const [good, bad] = [`Bearer ${made()}`, `Bearer ${made({ iss: 'mallory' })}`];
  expect((await verifyToken(['Basic x', good, bad], ACCEPTED, NOW)).kind).toBe('accepted');
  expect((await verifyToken([bad, good], ACCEPTED, NOW)).kind).toBe('refused');
});

test('over HTTP, a second header does not help past the first', async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((incoming, answer) => {
    seen.push(incoming.headers.authorization);
    answer.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const headers = ['Authorization', 'Bearer x', 'Authorization', `Bearer ${made()}`, 'Host', 'clair'];
  await new Promise((resolve) => {
    request({ port, host: '127.0.0.1', headers }, (answer) => answer.resume().on('end', resolve)).end();
  });
  expect((await verifyToken(seen[0], ACCEPTED, NOW)).kind).toBe('refused');
});

describe('signing', () => {
  test('gives what Quay and Clair ask for, signed as an HMAC by hand confirms', async () => {
    const token = await signToken(KEY, 'clair-notifier', NOW);
    const [header, claims, signature] = token.split('.');
    const decoded = (part = ''): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(decoded(header)).toMatchObject({ alg: 'HS256' });
    expect(decoded(claims)).toEqual({
      iss: 'clair-notifier',
      iat: NOW_S,
      nbf: NOW_S - 60,
      exp: NOW_S + 60,
    });
    expect(createHmac('sha256', KEY).update(`${header}.${claims}`).digest('base64url')).toBe(signature);
  });

  test('is accepted by ourselves, and no longer when it is old', async () => {
    const header = `Bearer ${await signToken(KEY, 'clair-intraservice', NOW)}`;
    expect((await verifyToken(header, ACCEPTED, NOW)).kind).toBe('accepted');
    const later = new Date(NOW.getTime() + 76_000);
    expect(await verifyToken(header, ACCEPTED, later)).toEqual({ kind: 'refused', reason: 'expired' });
  });
});
