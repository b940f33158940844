// Other places for what a registry has, by rewriting the front of its names (containers-registries.conf(5)).
import { ImageError } from '../image-error.ts';

/** One `[[registry]]` table, or one `--mirror`. */
export interface MirrorRule {
  /** `mcr.microsoft.com`, `quay.io/org`, `quay.io/org/app`, or `*.example.com`. */
  readonly prefix: string;
  /** What the prefix becomes for the registry itself; `undefined`: stays as it is. */
  readonly location?: string;
  /** Tried in order, before the registry itself. */
  readonly mirrors: readonly Mirror[];
  readonly insecure: boolean;
  /** Neither it nor its mirrors may be contacted. */
  readonly blocked: boolean;
}

export interface Mirror {
  readonly location: string;
  readonly insecure: boolean;
  /** By digest, by tag, or both. */
  readonly serves: 'all' | 'digest-only' | 'tag-only';
}

export interface NamedPlace {
  readonly registry: string;
  readonly repository: string;
  readonly insecure: boolean;
}

export class Mirrors {
  readonly #rules: readonly MirrorRule[];

  constructor(rules: readonly MirrorRule[]) {
    this.#rules = rules;
  }

  /**
   * Where `registry/repository` may be read, best first. Of several rules the one with the longest prefix counts.
   * Throws ImageError `REFUSED_ADDRESS` for a blocked one.
   */
  placesOf(registry: string, repository: string, by: 'tag' | 'digest'): NamedPlace[] {
    const name = `${registry}/${repository}`;
    const matching = this.#rules
      .map((rule) => ({ rule, length: matchLength(rule.prefix, name) }))
      .filter(({ length }) => length > 0)
      .sort((a, b) => b.length - a.length);
    const [best] = matching;
    if (best === undefined) return [{ registry, repository, insecure: false }];
    const { rule, length } = best;
    if (rule.blocked) {
      throw new ImageError('REFUSED_ADDRESS', `${name} is blocked by the registries configuration`);
    }
    const rest = name.slice(length);
    const useful = rule.mirrors.filter(({ serves }) => serves === 'all' || serves === `${by}-only`);
    const own = rule.location === undefined ? name : rule.location + rest;
    return [
      ...useful.map(({ location, insecure }) => split(location + rest, insecure)),
      split(own, rule.insecure),
    ];
  }
}

/** Reads `FROM=TO` of the command line. Throws ImageError `BAD_CONFIGURATION`. */
export function parseMirror(text: string): MirrorRule {
  const [prefix = '', location = '', ...more] = text.split('=');
  if (!isLocation(prefix) || !isLocation(location) || more.length > 0) {
    throw new ImageError(
      'BAD_CONFIGURATION',
      `--mirror ${text} cannot be read; write it like mcr.microsoft.com=mirror.example.com/mcr`,
    );
  }
  return {
    prefix,
    mirrors: [{ location: trimmed(location), insecure: false, serves: 'all' }],
    insecure: false,
    blocked: false,
  };
}

/** A host, optionally with a part of a repository's path. */
export function isLocation(text: string): boolean {
  return /^(?:\*\.)?[\w.-]+(?::\d{1,5})?(?:\/[\w./-]*)?$/.test(text);
}

export function trimmed(location: string): string {
  return location.replace(/\/+$/, '');
}

/** How much of `name` the prefix covers, in whole words; 0: it does not match. */
function matchLength(prefix: string, name: string): number {
  if (prefix.startsWith('*.')) {
    const host = name.slice(0, name.indexOf('/')).replace(/:\d+$/, '');
    return host.endsWith(prefix.slice(1)) ? name.indexOf('/') : 0;
  }
  const wanted = trimmed(prefix);
  return name === wanted || name.startsWith(`${wanted}/`) ? wanted.length : 0;
}

function split(name: string, insecure: boolean): NamedPlace {
  const slash = name.indexOf('/');
  return { registry: name.slice(0, slash), repository: name.slice(slash + 1), insecure };
}
