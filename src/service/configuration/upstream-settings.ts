// The Clair behind us: where it is, and how we prove who we are.
import { INTERNAL_ISSUER } from '../tokens/verify-token.ts';
import { readKey } from './auth-settings.ts';
import type { Section } from './section.ts';

export interface UpstreamSettings {
  /** Its API is below this path. */
  readonly url: URL;
  /** `undefined`: it wants no tokens. */
  readonly psk: UpstreamPsk | undefined;
}

export interface UpstreamPsk {
  /** The bytes themselves, no longer base64. A secret. */
  readonly key: Uint8Array;
  /** Without one in the file the one that every Clair accepts unlisted. */
  readonly issuer: string;
}

/** `undefined` when there is none, or when it is faulty. */
export function readUpstream(clearstory: Section): UpstreamSettings | undefined {
  const url = clearstory.url('upstream');
  if (url && (url.username !== '' || url.password !== '')) {
    clearstory.fault('upstream', 'must hold no credentials; a Clair wants tokens, see upstream_auth');
  }
  if (!clearstory.has('upstream_auth')) return url && { url, psk: undefined };
  const section = clearstory.section('upstream_auth').section('psk');
  const key = readKey(section);
  const issuer = readIssuer(section);
  if (!clearstory.has('upstream'))
    clearstory.fault('upstream_auth', 'has no effect without upstream; name it');
  return url && { url, psk: key && { key, issuer } };
}

/** One name; Clair's own section of that name is a list, so a list of one will do. */
function readIssuer(section: Section): string {
  if (!Array.isArray(section.raw('iss'))) return section.text('iss') ?? INTERNAL_ISSUER;
  const [issuer = INTERNAL_ISSUER, ...others] = section.texts('iss') ?? [];
  if (others.length > 0) section.fault('iss', 'must be one name: the issuer of our tokens');
  return issuer;
}
