// Makes the tokens that we show to others: an upstream Clair, the receiver of a webhook, another Clearstory.
import { SignJWT } from 'jose';

/** Long enough for one request; each gets its own. */
const LIFETIME_S = 60;

/** The clock of who reads it may be behind. */
const HEAD_START_S = 60;

/**
 * A token signed with `key` by HS256. Quay wants all three times of those who call it, and `iat` not a second in its
 * future. Throws on an empty key alone.
 */
export function signToken(key: Uint8Array, issuer: string, now: Date): Promise<string> {
  const seconds = Math.floor(now.getTime() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(issuer)
    .setIssuedAt(seconds)
    .setNotBefore(seconds - HEAD_START_S)
    .setExpirationTime(seconds + LIFETIME_S)
    .sign(key);
}
