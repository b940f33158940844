// Java archives: the Maven artifacts that a jar, and the jars packed into it, were built from.
import { unzipSync } from 'fflate';
import type { Dependency } from '../../model/dependency.ts';
import { DependencyFileError } from './dependency-file-error.ts';

const POM_PROPERTIES = /^META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/;

/** Where application servers and Spring Boot put the libraries of an application. */
const NESTED = /^(?:WEB-INF\/lib|BOOT-INF\/lib|lib)\/[^/]+\.jar$/;

/** Of one file inside; pom.properties have a hundred bytes, nested jars seldom ten megabytes. */
const MAX_PROPERTIES_BYTES = 64 * 1024;
const MAX_NESTED_BYTES = 64 * 1024 * 1024;
/** Of all nested jars of an archive: the largest applications carry some hundred megabytes of libraries. */
const MAX_NESTED_TOTAL_BYTES = 512 * 1024 * 1024;

/**
 * Coordinates come from `pom.properties` alone: manifests and file names give no group, and a guessed one would be
 * matched as if it were true. @throws DependencyFileError MALFORMED, TOO_LARGE
 */
export function parseJavaArchive(bytes: Uint8Array): Dependency[] {
  const found = read(bytes, true);
  return [...new Map(found.map((each) => [`${each.name} ${each.version}`, each])).values()];
}

/** Jars in jars in jars are not unpacked: nobody runs them. */
function read(archive: Uint8Array, withNested: boolean): Dependency[] {
  let nestedBytes = 0;
  const files = unzip(archive, ({ name, originalSize }) => {
    if (POM_PROPERTIES.test(name)) return originalSize <= MAX_PROPERTIES_BYTES;
    if (!withNested || !NESTED.test(name)) return false;
    nestedBytes += originalSize;
    if (originalSize > MAX_NESTED_BYTES || nestedBytes > MAX_NESTED_TOTAL_BYTES) {
      throw new DependencyFileError(
        'TOO_LARGE',
        `the archives packed into it unpack to more than ${MAX_NESTED_TOTAL_BYTES} bytes`,
      );
    }
    return true;
  });
  return Object.entries(files).flatMap(([name, content]) =>
    POM_PROPERTIES.test(name) ? parsePomProperties(content) : read(content, false),
  );
}

function unzip(
  archive: Uint8Array,
  filter: (file: { name: string; originalSize: number }) => boolean,
): Record<string, Uint8Array> {
  try {
    return unzipSync(archive, { filter });
  } catch (error) {
    if (error instanceof DependencyFileError) throw error;
    throw new DependencyFileError('MALFORMED', `not a zip archive or cut off: ${(error as Error).message}`);
  }
}

function parsePomProperties(content: Uint8Array): Dependency[] {
  const text = new TextDecoder().decode(content);
  const value = (key: string): string | undefined =>
    new RegExp(`^[ \\t]*${key}[ \\t]*[=:][ \\t]*(.*\\S)[ \\t]*$`, 'm').exec(text)?.[1];
  const group = value('groupId');
  const artifact = value('artifactId');
  const version = value('version');
  if (group === undefined || artifact === undefined || version === undefined) return [];
  return [{ ecosystem: 'maven', name: `${group}:${artifact}`, version }];
}
