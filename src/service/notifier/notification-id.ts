// Names for a million notifications without storing one: the id of the set with the number of the notification in it.

/** What pages begin after when nothing was read yet. */
const NIL = '00000000-0000-0000-0000-000000000000';

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Of the last group: 48 bits, more than any set has notifications. */
const TAIL_DIGITS = 12;

export function isUuid(text: string): boolean {
  return UUID.test(text.toLowerCase());
}

/** A uuid; `number` counts from 1. Random where the set's id is, and different from it. */
export function notificationId(set: string, number: number): string {
  const tail = tailOf(set) ^ BigInt(number);
  return set.slice(0, -TAIL_DIGITS) + tail.toString(16).padStart(TAIL_DIGITS, '0');
}

/** The number in `id`, 0 for the nil uuid; `undefined` when it is not of this set. */
export function notificationNumber(set: string, id: string): number | undefined {
  const lower = id.toLowerCase();
  if (lower === NIL) return 0;
  if (!UUID.test(lower) || lower.slice(0, -TAIL_DIGITS) !== set.slice(0, -TAIL_DIGITS)) return undefined;
  return Number(tailOf(set) ^ tailOf(lower));
}

function tailOf(uuid: string): bigint {
  return BigInt(`0x${uuid.slice(-TAIL_DIGITS)}`);
}
