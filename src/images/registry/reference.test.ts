// Names of images: what each part is, and what is no name.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ImageError } from '../image-error.ts';
import { apiHost, formatReference, parseReference } from './reference.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('parseReference', () => {
  test.each([
    ['nanoserver', 'docker.io', 'library/nanoserver', 'latest'],
    ['org/app', 'docker.io', 'org/app', 'latest'],
    ['docker.io/golang:1.24', 'docker.io', 'library/golang', '1.24'],
    ['index.docker.io/org/app', 'docker.io', 'org/app', 'latest'],
    ['mcr.microsoft.com/windows/servercore:ltsc2022', 'mcr.microsoft.com', 'windows/servercore', 'ltsc2022'],
    ['localhost/app', 'localhost', 'app', 'latest'],
    ['localhost:5000/app:v1', 'localhost:5000', 'app', 'v1'],
    ['registry:5000/a/b/c', 'registry:5000', 'a/b/c', 'latest'],
    ['[::1]:5000/app', '[::1]:5000', 'app', 'latest'],
    ['Quay.IO/org/app', 'quay.io', 'org/app', 'latest'],
    ['a/b__c/d--e.f', 'docker.io', 'a/b__c/d--e.f', 'latest'],
  ])('%s', (text, registry, repository, tag) => {
    expect(parseReference(text)).toEqual({ registry, repository, tag });
  });

  test('a digest wins over the tag, and stands without one', () => {
    expect(parseReference(`quay.io/a/b@${DIGEST}`)).toEqual({
      registry: 'quay.io',
      repository: 'a/b',
      digest: DIGEST,
    });
    expect(parseReference(`quay.io/a/b:v1@${DIGEST}`)).toMatchObject({ tag: 'v1', digest: DIGEST });
  });

  test.each([
    ['https://quay.io/a/b', /leave out the scheme/],
    ['quay.io/A/b', /lower-case/],
    ['App/x', /lower-case/],
    ['', /host\/repository:tag/],
    ['quay.io/', /host\/repository:tag/],
    ['quay.io/a//b', /host\/repository:tag/],
    ['a/../b', /host\/repository:tag/],
    ['quay.io/a:-', /is not a tag/],
    [`quay.io/a:${'t'.repeat(129)}`, /is not a tag/],
    ['quay.io/a@sha256:abc', /not a digest/],
    [`quay.io/a@${DIGEST}@${DIGEST}`, /more than one digest/],
    ['-bad.example/a', /is not a host/],
    ['quay.io:99x/a', /is not a host/],
    [`quay.io/${'a'.repeat(256)}`, /host\/repository:tag/],
  ])('%j is no name', (text, message) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({ code: 'INVALID_REFERENCE', message: expect.stringMatching(message) }),
    );
  });

  test('a password in an address is not repeated', () => {
    try {
      parseReference('https://user:secret@quay.io/a');
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).not.toContain('secret');
    }
  });

  test('what it reads it writes, and what it writes it reads; all else is its own error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9.:/@_-]{1,40}$/)), (text) => {
        try {
          const reference = parseReference(text);
          expect(parseReference(formatReference(reference))).toEqual(reference);
        } catch (error) {
          expect(error).toBeInstanceOf(ImageError);
        }
      }),
    );
  });
});

test('the host of the API of Docker Hub is another one', () => {
  expect(apiHost('docker.io')).toBe('registry-1.docker.io');
  expect(apiHost('quay.io')).toBe('quay.io');
});
