// The `auth` section: the key that callers of the API must know.
import type { Section } from './section.ts';

export interface PskSettings {
  /** The bytes themselves, no longer base64. A secret. */
  readonly key: Uint8Array;
  /** Accepted issuers, at least one. */
  readonly issuers: readonly string[];
}

/** `undefined` when there is none, or when it is faulty. */
export function readAuth(section: Section): PskSettings | undefined {
  if (section.has('keyserver')) {
    section.object('keyserver');
    section.fault('keyserver', 'is no longer supported, as in Clair; use auth.psk');
  }
  if (!section.has('psk')) return undefined;
  const psk = section.section('psk');
  const key = readKey(psk);
  const issuers = psk.texts('iss') ?? [];
  if (issuers.length === 0 || issuers.includes('')) {
    psk.fault('iss', 'must list at least one issuer, such as quay and clairctl');
  }
  return key && { key, issuers };
}

/** The `key` of a `psk` section, which is required. */
export function readKey(psk: Section): Uint8Array | undefined {
  const text = psk.text('key');
  if (text === undefined) {
    if (!psk.has('key')) psk.fault('key', 'is missing: make one with openssl rand -base64 32');
    return undefined;
  }
  // Go's decoder for standard base64 passes over line breaks and nothing else.
  const compact = text.replace(/[\r\n]/g, '');
  const key = Buffer.from(compact, 'base64');
  if (key.length > 0 && key.toString('base64') === compact) return key;
  psk.fault('key', 'must be standard base64 with padding; make one with openssl rand -base64 32');
  return undefined;
}
