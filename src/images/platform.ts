// Platforms of images and the filter that chooses among them.
import { ImageError } from './image-error.ts';

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  /** Four numbers, `10.0.20348.2322`. */
  readonly osVersion?: string;
}

export interface PlatformFilter {
  readonly os: string;
  readonly architecture?: string;
  /** Exact, or a prefix followed by `*`. */
  readonly osVersion?: string;
}

const FILTER = /^([a-z0-9]+)(?:\/([a-z0-9_]+))?(?::([0-9.]+\*?|\*))?$/;

/** Names by which the same architectures go elsewhere. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', x64: 'amd64', aarch64: 'arm64' };

/**
 * Reads `os[/architecture][:version]`, where the version may end in `*`: `windows`, `windows/amd64`,
 * `windows/amd64:10.0.20348.*`. Throws ImageError `INVALID_PLATFORM`.
 */
export function parsePlatformFilter(text: string): PlatformFilter {
  const match = FILTER.exec(text.toLowerCase());
  const [, os, architecture, osVersion] = match ?? [];
  if (os === undefined) {
    throw new ImageError(
      'INVALID_PLATFORM',
      `${JSON.stringify(text)} is not a platform; write it like windows/amd64 or windows/amd64:10.0.20348.*`,
    );
  }
  return {
    os,
    ...(architecture !== undefined && { architecture: ARCHITECTURES[architecture] ?? architecture }),
    ...(osVersion !== undefined && { osVersion }),
  };
}

export function matchesPlatform(filter: PlatformFilter, platform: Platform): boolean {
  return (
    filter.os === platform.os &&
    (filter.architecture === undefined || filter.architecture === platform.architecture) &&
    (filter.osVersion === undefined || matchesVersion(filter.osVersion, platform.osVersion ?? ''))
  );
}

/** The platform, or the filter, in the form that `parsePlatformFilter` reads. */
export function formatPlatform({ os, architecture, osVersion }: PlatformFilter): string {
  return (
    os +
    (architecture === undefined ? '' : `/${architecture}`) +
    (osVersion === undefined ? '' : `:${osVersion}`)
  );
}

function matchesVersion(pattern: string, version: string): boolean {
  return pattern.endsWith('*') ? version.startsWith(pattern.slice(0, -1)) : version === pattern;
}
