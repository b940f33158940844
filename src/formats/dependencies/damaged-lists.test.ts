// Every format that lists libraries, damaged: it gives libraries or its own error, nothing else.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dependency } from '../../model/dependency.ts';
import { DependencyFileError } from './dependency-file-error.ts';
import { parseDotNetDeps } from './dotnet-deps.ts';
import { parseDotNetRuntimeConfig } from './dotnet-runtime-config.ts';
import { parseNpmLock } from './npm-lock.ts';
import { parseNpmPackage } from './npm-package.ts';
import { parseNuGetConfig } from './nuget-config.ts';
import { parseNuGetLock } from './nuget-lock.ts';
import { parsePythonMetadata } from './python-metadata.ts';

type Parse = (bytes: Uint8Array) => readonly Pick<Dependency, 'version'>[];

const FORMATS: readonly (readonly [name: string, parse: Parse, valid: string])[] = [
  [
    'deps.json',
    (bytes) => parseDotNetDeps(bytes).dependencies,
    '{"libraries":{"A/1.0.0":{"type":"package"},"runtimepack.Microsoft.NETCore.App.Runtime.x/8.0.1":{}}}',
  ],
  [
    'runtimeconfig.json',
    parseDotNetRuntimeConfig,
    '{"runtimeOptions":{"includedFrameworks":[{"name":"F","version":"1"}]}}',
  ],
  ['packages.lock.json', parseNuGetLock, '{"dependencies":{"n":{"A":{"type":"Direct","resolved":"1.0"}}}}'],
  ['packages.config', parseNuGetConfig, '<packages><package id="A" version="1.0"/></packages>'],
  ['package.json', parseNpmPackage, '{"name":"a","version":"1.0.0"}'],
  ['package-lock.json 3', parseNpmLock, '{"packages":{"node_modules/a":{"version":"1.0.0"}}}'],
  [
    'package-lock.json 1',
    parseNpmLock,
    '{"dependencies":{"a":{"version":"1.0.0","dependencies":{"b":{"version":"2.0.0"}}}}}',
  ],
  ['METADATA', parsePythonMetadata, 'Metadata-Version: 2.1\nName: a\nVersion: 1.0\n\nText'],
];

describe.each(FORMATS)('%s', (_name, parse, text) => {
  const valid = Buffer.from(text);

  function givesLibrariesOrItsError(bytes: Uint8Array): void {
    try {
      for (const { version } of parse(bytes)) expect(version).not.toBe('');
    } catch (error) {
      if (!(error instanceof DependencyFileError)) throw error;
    }
  }

  test('whole, it lists a library', () => {
    expect(parse(valid)).not.toHaveLength(0);
  });

  test('with bytes changed', () => {
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.uint8Array({ minLength: 1, maxLength: 6 }), (at, noise) => {
        const bytes = Buffer.from(valid);
        bytes.set(noise.subarray(0, bytes.length - at), at);
        givesLibrariesOrItsError(bytes);
      }),
    );
  });

  test('any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), givesLibrariesOrItsError));
  });

  if (text.startsWith('{')) {
    test('with another value where one is expected', () => {
      fc.assert(
        fc.property(fc.nat(7), fc.jsonValue(), (which, value) => {
          let visited = 0;
          const replace = (_name: string, each: unknown): unknown => (visited++ === which ? value : each);
          givesLibrariesOrItsError(Buffer.from(JSON.stringify(JSON.parse(text), replace)));
        }),
      );
    });
  }
});
