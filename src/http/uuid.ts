// Ids of update operations and of notifications.
import { ServiceError } from '../service/service-error.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NIL = '00000000-0000-0000-0000-000000000000';

/** `text` in lower case; `undefined` for the nil uuid, which stands for none. Throws ServiceError BAD_REQUEST. */
export function readUuidOrNil(text: string | null, what: string): string | undefined {
  const uuid = text?.toLowerCase() ?? '';
  if (uuid === NIL) return undefined;
  if (UUID.test(uuid)) return uuid;
  throw new ServiceError('BAD_REQUEST', `${what} has to be a uuid`);
}

/** The same where there must be one. */
export function readUuid(text: string | null, what: string): string {
  const uuid = readUuidOrNil(text, what);
  if (uuid !== undefined) return uuid;
  throw new ServiceError('BAD_REQUEST', `${what} is the nil uuid, which names nothing`);
}
