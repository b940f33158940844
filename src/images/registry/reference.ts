// Names of images in registries (distribution: reference.go, and Docker's short forms).
import { type Digest, parseDigest } from '../../base/digest.ts';
import { ImageError } from '../image-error.ts';

export interface Reference {
  /** `host[:port]`, as written; `docker.io` where none is. */
  readonly registry: string;
  readonly repository: string;
  /** `latest` where neither tag nor digest is given. */
  readonly tag?: string;
  /** Wins over the tag. */
  readonly digest?: Digest;
}

const DOCKER_HUB = 'docker.io';

/** A path of lower-case words; the specification allows 255 characters with the host. */
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/;
const HOST = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::\d{1,5})?$/;
const TAG = /^\w[\w.-]{0,127}$/;
const MAX_LENGTH = 255;

/** Reads `[host[:port]/]repository[:tag][@sha256:…]`. Throws ImageError `INVALID_REFERENCE`. */
export function parseReference(text: string): Reference {
  const [name = '', ...digests] = text.split('@');
  const colon = name.lastIndexOf(':');
  const hasTag = colon > name.lastIndexOf('/');
  const path = hasTag ? name.slice(0, colon) : name;
  const tag = hasTag ? name.slice(colon + 1) : undefined;
  const slash = path.indexOf('/');
  const first = path.slice(0, Math.max(slash, 0));
  const hasHost = /[.:[]|^localhost$/i.test(first);
  const registry = hasHost ? canonicalHost(first) : DOCKER_HUB;
  const rest = hasHost ? path.slice(slash + 1) : path;
  const repository = registry === DOCKER_HUB && !rest.includes('/') ? `library/${rest}` : rest;

  if (text.includes('://')) throw invalid(text, 'leave out the scheme: host/repository:tag');
  if (hasHost && !HOST.test(first)) throw invalid(text, `${JSON.stringify(first)} is not a host`);
  if (repository !== repository.toLowerCase()) throw invalid(text, 'repository names are lower-case');
  if (!REPOSITORY.test(repository) || path.length > MAX_LENGTH) {
    throw invalid(text, 'write it like host/repository:tag');
  }
  if (tag !== undefined && !TAG.test(tag)) throw invalid(text, `${JSON.stringify(tag)} is not a tag`);
  if (digests.length > 1) throw invalid(text, 'it has more than one digest');
  const digest = digests[0] === undefined ? undefined : readDigest(text, digests[0]);
  return {
    registry,
    repository,
    ...(tag !== undefined ? { tag } : digest === undefined && { tag: 'latest' }),
    ...(digest !== undefined && { digest }),
  };
}

/** `docker.io/library/golang:1.24`: with everything that short forms leave out. */
export function formatReference({ registry, repository, tag, digest }: Reference): string {
  const named = tag === undefined ? '' : `:${tag}`;
  return `${registry}/${repository}${named}${digest === undefined ? '' : `@${digest}`}`;
}

/** The host that speaks the registry's API: Docker Hub's is not the one in its names. */
export function apiHost(registry: string): string {
  return registry === DOCKER_HUB ? 'registry-1.docker.io' : registry;
}

function canonicalHost(host: string): string {
  const lower = host.toLowerCase();
  return /^(?:index|registry-1)\.docker\.io$/.test(lower) ? DOCKER_HUB : lower;
}

function readDigest(text: string, digest: string): Digest {
  try {
    return parseDigest(digest);
  } catch (error) {
    throw invalid(text, (error as Error).message);
  }
}

function invalid(text: string, problem: string): ImageError {
  // What stands before an '@' of a URL may be a password.
  const shown = text.replace(/\/\/[^/]*@/, '//').slice(0, 300);
  return new ImageError('INVALID_REFERENCE', `${JSON.stringify(shown)} is no name of an image: ${problem}`);
}
