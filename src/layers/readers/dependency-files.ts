// Reads the files by which package managers know what is installed.
import { DependencyFileError } from '../../formats/dependencies/dependency-file-error.ts';
import { parseDotNetDeps } from '../../formats/dependencies/dotnet-deps.ts';
import { parseDotNetRuntimeConfig } from '../../formats/dependencies/dotnet-runtime-config.ts';
import { parseJavaArchive } from '../../formats/dependencies/java-archive.ts';
import { parseNpmLock } from '../../formats/dependencies/npm-lock.ts';
import { parseNpmPackage } from '../../formats/dependencies/npm-package.ts';
import { parseNuGetConfig } from '../../formats/dependencies/nuget-config.ts';
import { parseNuGetLock } from '../../formats/dependencies/nuget-lock.ts';
import { parsePythonMetadata } from '../../formats/dependencies/python-metadata.ts';
import type { TarSink } from '../../formats/tar/tar-entry.ts';
import type { Dependency } from '../../model/dependency.ts';
import type { DependencyFile, FileWarning, PrivateRuntime } from '../../model/layer-facts.ts';
import type { CollectedFacts, LayerReader, WantedFile } from '../layer-reader.ts';
import { WholeFile } from './whole-file.ts';

interface Found {
  readonly dependencies: readonly Dependency[];
  readonly runtimes?: readonly PrivateRuntime[];
}

interface DependencyFormat {
  readonly name: string;
  /** On the canonical path. */
  readonly pattern: RegExp;
  /** Above this a file is not read. */
  readonly maxBytes?: number;
  readonly read: (bytes: Buffer) => Found;
}

const onlyDependencies =
  (parse: (bytes: Buffer) => readonly Dependency[]) =>
  (bytes: Buffer): Found => ({ dependencies: parse(bytes) });

/**
 * Unless a format says otherwise. The largest real lists have a few megabytes; of JSON made for it, this much already
 * takes half a gigabyte when parsed.
 */
const MAX_LIST_BYTES = 16 * 1024 * 1024;

/** Archives are held in memory, one at a time; with all its libraries in it, an application reaches 100 to 200 MB. */
const MAX_ARCHIVE_BYTES = 256 * 1024 * 1024;

/** A new format is one more line. */
const FORMATS: readonly DependencyFormat[] = [
  { name: 'deps.json', pattern: /\.DEPS\.JSON$/, read: parseDotNetDeps },
  {
    name: 'runtimeconfig.json',
    pattern: /\.RUNTIMECONFIG\.JSON$/,
    read: (bytes) => ({ dependencies: [], runtimes: parseDotNetRuntimeConfig(bytes) }),
  },
  { name: 'packages.lock.json', pattern: /\/PACKAGES\.LOCK\.JSON$/, read: onlyDependencies(parseNuGetLock) },
  { name: 'packages.config', pattern: /\/PACKAGES\.CONFIG$/, read: onlyDependencies(parseNuGetConfig) },
  {
    // The package.json of an application names the application; what is installed lies below node_modules.
    name: 'package.json',
    pattern: /\/NODE_MODULES\/(?:@[^/]+\/)?[^/]+\/PACKAGE\.JSON$/,
    read: onlyDependencies(parseNpmPackage),
  },
  {
    name: 'package-lock.json',
    pattern: /^(?!.*\/NODE_MODULES\/).*\/(?:PACKAGE-LOCK|NPM-SHRINKWRAP)\.JSON$/,
    read: onlyDependencies(parseNpmLock),
  },
  {
    name: 'METADATA',
    pattern: /(?:\.DIST-INFO\/METADATA|\.EGG-INFO\/PKG-INFO|\/SITE-PACKAGES\/[^/]+\.EGG-INFO)$/,
    read: onlyDependencies(parsePythonMetadata),
  },
  {
    name: 'jar',
    pattern: /\.(?:JAR|WAR|EAR|PAR)$/,
    maxBytes: MAX_ARCHIVE_BYTES,
    read: onlyDependencies(parseJavaArchive),
  },
];

/** Cheaper than the patterns, for the hundred thousand files that are none. */
const POSSIBLE = /(?:JSON|CONFIG|METADATA|PKG-INFO|EGG-INFO|AR)$/;
const LEFT_OUT = 'FILES/WINDOWS/WINSXS/';

export class DependencyFiles implements LayerReader {
  readonly #files: DependencyFile[] = [];
  readonly #warnings: FileWarning[] = [];

  wants(path: string): boolean {
    return formatOf(path) !== undefined;
  }

  open({ path, spelling, sizeBytes }: WantedFile): TarSink | undefined {
    const format = formatOf(path);
    if (!format || sizeBytes === 0) return undefined;
    const { name, maxBytes = MAX_LIST_BYTES } = format;
    if (sizeBytes > maxBytes) {
      const reason = `it has ${sizeBytes} bytes; a ${name} of at most ${maxBytes} is read`;
      this.#warnings.push({ path: spelling, reason });
      return undefined;
    }
    return new WholeFile(sizeBytes, (bytes) => this.#read(format, path, spelling, bytes));
  }

  finish(facts: CollectedFacts): void {
    facts.dependencyFiles.push(...this.#files);
    facts.warnings.push(...this.#warnings);
  }

  #read(format: DependencyFormat, path: string, spelling: string, bytes: Buffer): void {
    try {
      const { dependencies, runtimes = [] } = format.read(bytes);
      if (dependencies.length === 0 && runtimes.length === 0) return;
      const common = { path, spelling, format: format.name, dependencies };
      this.#files.push(runtimes.length > 0 ? { ...common, runtimes } : common);
    } catch (error) {
      if (!(error instanceof DependencyFileError)) throw error;
      this.#warnings.push({ path: spelling, reason: error.message });
    }
  }
}

function formatOf(path: string): DependencyFormat | undefined {
  if (!POSSIBLE.test(path) || !path.startsWith('FILES/') || path.startsWith(LEFT_OUT)) return undefined;
  return FORMATS.find(({ pattern }) => pattern.test(path));
}
