// Jars, jars in jars, and what only looks like one.

import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { DependencyFileError } from './dependency-file-error.ts';
import { parseJavaArchive } from './java-archive.ts';

const maven = (name: string, version: string) => ({ ecosystem: 'maven', name, version });

function jar(
  group: string,
  artifact: string,
  version: string,
  more: Record<string, Uint8Array> = {},
): Uint8Array {
  const properties = `#Created by Apache Maven\nversion=${version}\ngroupId = ${group}\nartifactId:${artifact}\r\n`;
  return zipSync({ [`META-INF/maven/${group}/${artifact}/pom.properties`]: strToU8(properties), ...more });
}

test('the artifact of a jar, and of those packed into it one deep', () => {
  const inner = jar('org.inner', 'inner', '2.0', { 'lib/deep.jar': jar('org.deep', 'deep', '3.0') });
  const outer = jar('com.outer', 'outer', '1.0', {
    'BOOT-INF/lib/inner.jar': inner,
    'WEB-INF/lib/again.jar': inner,
    'docs/unrelated.jar': jar('x', 'x', '1'),
  });
  expect(parseJavaArchive(outer)).toEqual([maven('com.outer:outer', '1.0'), maven('org.inner:inner', '2.0')]);
});

test('without coordinates nothing is guessed', () => {
  const manifest = 'Implementation-Title: thing\nImplementation-Version: 1.0\n';
  expect(parseJavaArchive(zipSync({ 'META-INF/MANIFEST.MF': strToU8(manifest) }))).toEqual([]);
  const empty = { 'META-INF/maven/a/b/pom.properties': strToU8('version=1') };
  expect(parseJavaArchive(zipSync(empty))).toEqual([]);
});

test('any damage gives artifacts or a DependencyFileError', () => {
  const valid = jar('com.example', 'app', '1.0');
  expect(() => parseJavaArchive(strToU8('no zip'))).toThrow(DependencyFileError);
  fc.assert(
    fc.property(
      fc.nat(valid.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.nat(valid.length),
      (at, flip, cut) => {
        const bytes = Uint8Array.from(valid);
        bytes[at]! ^= flip;
        try {
          expect(Array.isArray(parseJavaArchive(bytes.subarray(0, cut)))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(DependencyFileError);
        }
      },
    ),
  );
});
