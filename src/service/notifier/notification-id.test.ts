// Ids of notifications: all different, and each leads back to its place.
import { expect, test } from 'vitest';
import { isUuid, notificationId, notificationNumber } from './notification-id.ts';

const SET = '1b4d0db2-e757-4150-bbbb-543658144205';
const NUMBERS = [1, 2, 255, 256, 65_536, 2 ** 31, 2 ** 32 + 5, 2 ** 47];

test('every number has a uuid of its own, and the uuid tells the number', () => {
  const ids = NUMBERS.map((number) => notificationId(SET, number));
  expect(ids.every(isUuid)).toBe(true);
  expect(new Set([SET, ...ids]).size).toBe(NUMBERS.length + 1);
  expect(ids.map((id) => notificationNumber(SET, id))).toEqual(NUMBERS);
  expect(ids.map((id) => notificationNumber(SET, id.toUpperCase()))).toEqual(NUMBERS);
});

test('the nil uuid is before the first', () => {
  expect(notificationNumber(SET, '00000000-0000-0000-0000-000000000000')).toBe(0);
});

test.each(['1b4d0db3-e757-4150-bbbb-543658144206', '', '-1', `${SET}0`, SET.replaceAll('-', '')])(
  '%j is not of the set',
  (id) => expect(notificationNumber(SET, id)).toBeUndefined(),
);
