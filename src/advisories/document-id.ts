// The IDs of MSRC's monthly documents: `2026-Jul`, also met as `2018-FEB` and `2017-May-B`.

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Letters, digits and hyphens only: an ID becomes part of paths and addresses. */
const DOCUMENT_ID = /^\d{4}-[A-Za-z]{3}(?:-[A-Za-z0-9]{1,8})?$/;

export function isDocumentId(text: string): boolean {
  return DOCUMENT_ID.test(text);
}

/** Oldest first; several documents of a month by name. */
export function compareDocumentIds(a: string, b: string): number {
  return monthOf(a) - monthOf(b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** The documents of the month of `now` and the two before, which are asked for even when not in the index. */
export function recentDocumentIds(now: Date): string[] {
  const month = now.getUTCFullYear() * 12 + now.getUTCMonth();
  return [month, month - 1, month - 2].map((each) => `${Math.floor(each / 12)}-${MONTHS[each % 12]}`);
}

/** Two spellings of one ID. */
export function sameDocumentId(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function monthOf(id: string): number {
  const [year, name = ''] = id.split('-');
  return Number(year) * 12 + MONTHS.findIndex((month) => month.toLowerCase() === name.toLowerCase());
}
