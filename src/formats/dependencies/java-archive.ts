// Java archives: the Maven artifacts that a jar, and the jars packed into it, were built from.
import type { Dependency } from '../../model/dependency.ts';
import { DependencyFileError } from './dependency-file-error.ts';
import { ZipArchive, type ZipEntry } from './zip-archive.ts';

const POM_PROPERTIES = /^META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/;

/** Where application servers and Spring Boot put the libraries of an application. */
const NESTED = /^(?:WEB-INF\/lib|BOOT-INF\/lib|lib)\/[^/]+\.jar$/;

/** They have a hundred bytes; what is larger only has the name. */
const MAX_PROPERTIES_BYTES = 64 * 1024;

/**
 * Coordinates come from `pom.properties` alone: manifests and file names give no group, and a guessed one would be
 * matched as if it were true. @throws DependencyFileError MALFORMED, TOO_LARGE
 */
export function parseJavaArchive(bytes: Uint8Array): Dependency[] {
  const found = new Map<string, Dependency>();
  const allowance = new UnpackAllowance();
  for (const properties of propertiesIn(new ZipArchive(bytes), allowance, true)) {
    const artifact = parsePomProperties(properties);
    if (artifact) found.set(`${artifact.name} ${artifact.version}`, artifact);
  }
  return [...found.values()];
}

/** Jars in jars are looked into, jars in those are not: neither servers nor Spring Boot load them. */
function* propertiesIn(
  archive: ZipArchive,
  allowance: UnpackAllowance,
  withNested: boolean,
): Generator<Buffer, void, undefined> {
  for (const entry of archive.entries()) {
    if (POM_PROPERTIES.test(entry.name) && entry.sizeBytes <= MAX_PROPERTIES_BYTES) {
      allowance.take(entry);
      yield archive.unpack(entry);
    } else if (withNested && NESTED.test(entry.name)) {
      allowance.take(entry);
      yield* propertiesIn(new ZipArchive(archive.unpack(entry)), allowance, false);
    }
  }
}

/** What may be unpacked of one archive and of those in it, whatever it states: files may overlap in it. */
class UnpackAllowance {
  /** Libraries are packed already, so together they are hardly larger than the largest archive that is read. */
  static readonly #MAX_BYTES = 256 * 1024 * 1024;
  /** The least that a file counts for: to unpack an empty one takes time too. */
  static readonly #LEAST_BYTES = 4096;
  #left = UnpackAllowance.#MAX_BYTES;

  take({ packedBytes, sizeBytes }: ZipEntry): void {
    this.#left -= Math.max(packedBytes, sizeBytes, UnpackAllowance.#LEAST_BYTES);
    if (this.#left >= 0) return;
    const limit = UnpackAllowance.#MAX_BYTES;
    throw new DependencyFileError('TOO_LARGE', `the libraries in it unpack to more than ${limit} bytes`);
  }
}

function parsePomProperties(content: Buffer): Dependency | undefined {
  const text = content.toString('utf8');
  const value = (key: string): string | undefined =>
    new RegExp(`^[ \\t]*${key}[ \\t]*[=:](.*)$`, 'm').exec(text)?.[1]?.trim() || undefined;
  const group = value('groupId');
  const artifact = value('artifactId');
  const version = value('version');
  if (group === undefined || artifact === undefined || version === undefined) return undefined;
  return { ecosystem: 'maven', name: `${group}:${artifact}`, version };
}
