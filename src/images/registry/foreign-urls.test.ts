// Which addresses of foreign layers are used, and which hosts are allowed.
import { describe, expect, test } from 'vitest';
import { ForeignHosts, parseForeignUrl } from './foreign-urls.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('parseForeignUrl', () => {
  test('a blob of a registry, which mirrors may have', () => {
    expect(parseForeignUrl(`https://mcr.microsoft.com/v2/windows/servercore/blobs/${DIGEST}`)).toEqual({
      kind: 'blob',
      host: 'mcr.microsoft.com',
      repository: 'windows/servercore',
      digest: DIGEST,
    });
  });

  test('any other file', () => {
    const text = 'https://go.microsoft.com/fwlink/?linkid=873595';
    expect(parseForeignUrl(text)).toEqual({ kind: 'file', host: 'go.microsoft.com', url: new URL(text) });
  });

  test.each([
    'http://mcr.microsoft.com/layer',
    'file:///etc/passwd',
    'ftp://a.example/x',
    'https://user:password@a.example/x',
    'nonsense',
    '',
    '//a.example/x',
  ])('%j is not used', (text) => {
    expect(parseForeignUrl(text)).toBeUndefined();
  });
});

describe('ForeignHosts', () => {
  test.each(['mcr.microsoft.com', 'eastus.data.mcr.microsoft.com', 'go.microsoft.com', 'MCR.Microsoft.com'])(
    "%s is Microsoft's",
    (host) => {
      expect(new ForeignHosts().allows(host)).toBe(true);
    },
  );

  test.each(['microsoft.com.evil.example', 'evilmicrosoft.com', 'evil.example', '169.254.169.254', ''])(
    '%j is not',
    (host) => {
      expect(new ForeignHosts().allows(host)).toBe(false);
    },
  );

  test('further ones by name or for all below', () => {
    const hosts = new ForeignHosts(['files.example', '*.cdn.example']);
    expect(['files.example', 'a.cdn.example', 'a.b.cdn.example'].every((host) => hosts.allows(host))).toBe(
      true,
    );
    expect(['a.files.example', 'cdn.example'].some((host) => hosts.allows(host))).toBe(false);
  });
});
