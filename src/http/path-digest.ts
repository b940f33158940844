// Digests in paths and bodies: both algorithms of Clair, in any case.
import { ServiceError } from '../service/service-error.ts';

const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** `text` in lower case. Throws ServiceError BAD_REQUEST. */
export function readDigest(text: unknown): string {
  const digest = typeof text === 'string' ? text.toLowerCase() : '';
  if (DIGEST.test(digest)) return digest;
  throw new ServiceError(
    'BAD_REQUEST',
    `${shortened(text)} is no digest; expected sha256: and 64 hex digits, or sha512: and 128`,
  );
}

function shortened(text: unknown): string {
  const shown = JSON.stringify(text) ?? 'nothing';
  return shown.length > 160 ? `${shown.slice(0, 160)}..."` : shown;
}
