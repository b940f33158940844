// Jars, jars in jars, and what only looks like one.
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { DependencyFileError } from './dependency-file-error.ts';
import { parseJavaArchive } from './java-archive.ts';

const POM = 'META-INF/maven/g/a/pom.properties';

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

test('a value is what stands before the end of the line, however much white space there is', () => {
  const properties = `groupId=${' '.repeat(60_000)}\nartifactId=\t a \nversion=1`;
  const before = performance.now();
  expect(parseJavaArchive(zipSync({ [POM]: strToU8(properties) }))).toEqual([]);
  // By the square of its length the line takes three seconds.
  expect(performance.now() - before).toBeLessThan(1000);
  const spaced = properties.replace('groupId=', 'groupId= g');
  expect(parseJavaArchive(zipSync({ [POM]: strToU8(spaced) }))).toEqual([maven('g:a', '1')]);
});

describe('what would unpack to more than is read', () => {
  /** With the directory's entry of its only file changed by `change`. */
  function restated(archive: Uint8Array, change: (entry: Buffer) => void): Buffer {
    const bytes = Buffer.from(archive);
    change(bytes.subarray(bytes.readUInt32LE(bytes.length - 6)));
    return bytes;
  }

  test('one library that is too large', () => {
    const archive = restated(zipSync({ 'lib/a.jar': jar('g', 'a', '1') }), (entry) =>
      entry.writeUInt32LE(300 * 1024 * 1024, 24),
    );
    expect(() => parseJavaArchive(archive)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  });

  test('one file under seventy thousand names', () => {
    const archive = Buffer.from(zipSync({ [POM]: strToU8('groupId=g\nartifactId=a\nversion=1') }));
    const end = archive.subarray(-22);
    const start = end.readUInt32LE(16);
    const directory = Buffer.concat(Array(70_000).fill(archive.subarray(start, -22)));
    end.writeUInt32LE(directory.length, 12);
    const overlapping = Buffer.concat([archive.subarray(0, start), directory, end]);
    expect(() => parseJavaArchive(overlapping)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
  });

  test('a file of that name that is none is passed over', () => {
    const archive = restated(zipSync({ [POM]: strToU8('groupId=g\nartifactId=a\nversion=1') }), (entry) =>
      entry.writeUInt32LE(0xffffffff, 24),
    );
    expect(parseJavaArchive(archive)).toEqual([]);
  });
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
