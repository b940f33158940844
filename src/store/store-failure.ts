// What an error of a database means to us.
import { StoreError, type StoreErrorCode } from './store-error.ts';

/**
 * SQLSTATE classes and codes after which the same may work in a moment: connection (08), rollback such as a deadlock
 * (40), resources such as disk or connections (53), a statement that took too long or a server that stops or starts
 * (57), a lock not to be had (55P03), and a server that became a read-only replica (25006).
 */
const PASSING = /^(?:08|40|53|57|55P03|25006)/;

/** Wrong user or password (28), no such database or schema (3D, 3F), no right to do it (42501). */
const TO_BE_CHANGED = /^(?:28|3D|3F|42501)/;

const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  // A socket that is not there yet: the server is about to start.
  'ENOENT',
]);

/** What `pg` says, without a code, when a connection ended or was not to be had. */
const CONNECTION_ENDED =
  /connection (?:terminated|ended|error)|timeout exceeded|timeout expired|not queryable|read timeout|Cannot use a pool|client was closed/i;

/** Of TLS: Node's codes, and `pg` without one. */
const TLS = /^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|EPROTO)/;

/** `where` names the database without its secrets: `PostgreSQL at db:5432`. */
export function storeFailure(error: unknown, where: string): StoreError {
  if (error instanceof StoreError) return error;
  const { code, reason } = describe(error);
  return new StoreError(code, `${where}: ${reason}`, { cause: error });
}

function describe(error: unknown): { code: StoreErrorCode; reason: string } {
  const message = error instanceof Error ? error.message : String(error);
  const given = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (NETWORK.has(given) || PASSING.test(given)) return { code: 'UNAVAILABLE', reason: message || given };
  if (given === '42501') {
    return {
      code: 'BAD_CONNECTION',
      reason: `${message}; its user must own the schema "clearstory" or be allowed to create it`,
    };
  }
  if (TO_BE_CHANGED.test(given)) {
    return { code: 'BAD_CONNECTION', reason: `${message}; check the connection string` };
  }
  if (TLS.test(given) || (given === '' && /SSL|SCRAM|password must be/.test(message))) {
    return { code: 'BAD_CONNECTION', reason: `${message}; check sslmode, certificates and password` };
  }
  if (CONNECTION_ENDED.test(message)) return { code: 'UNAVAILABLE', reason: message };
  return { code: 'FAILED', reason: message };
}
