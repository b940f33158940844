// Decides whether a request may use the API: a JSON web token signed with the key that both sides know.
import { errors, jwtVerify } from 'jose';

export interface AcceptedKey {
  /** The bytes themselves. */
  readonly key: Uint8Array;
  /** Whose tokens are accepted, beside our own parts'. */
  readonly issuers: readonly string[];
}

/** `reason` is for our log and never for the caller, who learns nothing but that he may not. */
export type TokenVerdict =
  | { readonly kind: 'accepted'; readonly issuer: string }
  | { readonly kind: 'refused'; readonly reason: TokenRefusal };

export type TokenRefusal =
  | 'missing'
  | 'malformed'
  | 'algorithm'
  | 'signature'
  | 'issuer'
  | 'expired'
  | 'early';

/** The parts of a Clair that runs in several processes call each other by this name. */
export const INTERNAL_ISSUER = 'clair-intraservice';

const PREFIX = 'Bearer ';

/** All HMACs that Clair accepts. Named one by one: `none` and public keys must never be a matter of the token. */
const ALGORITHMS = ['HS256', 'HS384', 'HS512'];

/** What clocks may differ by, as in Clair. */
const LEEWAY_S = 15;

/** Quay's have 150 characters; what is larger is not worth decoding. */
const MAX_TOKEN_LENGTH = 16 * 1024;

/**
 * `header` is the `Authorization` header, or all of them; the first that begins with `Bearer ` counts. `exp`, `nbf`
 * and `iat` are checked where they are given. Never throws.
 *
 * The comparison of the MAC is WebCrypto's `verify`, which takes the same time wherever the first wrong byte is; all
 * other checks follow it and tell nobody without the key how far he came.
 */
export async function verifyToken(
  header: string | readonly string[] | undefined,
  { key, issuers }: AcceptedKey,
  now: Date,
): Promise<TokenVerdict> {
  const lines = typeof header === 'string' ? [header] : (header ?? []);
  const token = lines.find((line) => line.startsWith(PREFIX))?.slice(PREFIX.length);
  if (token === undefined) return refused('missing');
  if (token.length > MAX_TOKEN_LENGTH) return refused('malformed');
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ALGORITHMS,
      issuer: [INTERNAL_ISSUER, ...issuers],
      clockTolerance: LEEWAY_S,
      currentDate: now,
    });
    // The library checks it only with a maximal age, which Clair has not.
    if (payload.iat !== undefined && payload.iat > now.getTime() / 1000 + LEEWAY_S) return refused('early');
    return { kind: 'accepted', issuer: payload.iss! };
  } catch (error) {
    return refused(reasonOf(error));
  }
}

function refused(reason: TokenRefusal): TokenVerdict {
  return { kind: 'refused', reason };
}

function reasonOf(error: unknown): TokenRefusal {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'iss') return 'issuer';
    return error.reason === 'check_failed' ? 'early' : 'malformed';
  }
  return 'malformed';
}
