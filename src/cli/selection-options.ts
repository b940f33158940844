// The options of the command line that choose among the images of an index.
import type { Selection } from '../images/choose-manifest.ts';
import { type PlatformFilter, parsePlatformFilter } from '../images/platform.ts';
import { CommandError } from './command-error.ts';

export interface SelectionOptions {
  readonly platform?: string;
  readonly osVersion?: string;
  readonly latestOf?: string;
  readonly all?: boolean;
}

/** Throws CommandError, ImageError. */
export function readSelection({ platform, osVersion, latestOf, all }: SelectionOptions): Selection {
  const build = latestOf === undefined ? undefined : Number(latestOf);
  if (build !== undefined && (!Number.isInteger(build) || build <= 0)) {
    throw new CommandError('BAD_OPTION', `--latest-of ${latestOf}: name a build, such as 20348`);
  }
  const filter = readFilter(platform, osVersion);
  return {
    ...(filter && { platform: filter }),
    ...(build !== undefined && { latestOf: build }),
    ...(all && { all }),
  };
}

function readFilter(platform: string | undefined, osVersion: string | undefined): PlatformFilter | undefined {
  if (osVersion === undefined) return platform === undefined ? undefined : parsePlatformFilter(platform);
  if (platform?.includes(':')) {
    throw new CommandError(
      'BAD_OPTION',
      '--os-version and the version in --platform are the same; give one of them',
    );
  }
  return parsePlatformFilter(`${platform ?? 'windows'}:${osVersion}`);
}
