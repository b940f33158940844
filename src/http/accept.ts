// Chooses the media type of an answer by the Accept header, as Clair does.
import { ServiceError } from '../service/service-error.ts';

interface Wish {
  readonly type: string;
  readonly subtype: string;
  readonly weight: number;
}

/** A token of RFC 9110, section 5.6.2. */
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const RANGE = new RegExp(`^(${TOKEN})/(${TOKEN})$`);
const WEIGHT = /^(?:0(?:\.\d*)?|1(?:\.0*)?)$/;

/**
 * The first of `offered` when nothing was asked for. `undefined`: none of them is wanted, which is answered by 415.
 * Throws ServiceError BAD_REQUEST for a header that cannot be read.
 */
export function chooseMediaType(accept: string | undefined, offered: readonly string[]): string | undefined {
  if (accept === undefined || accept.trim() === '') return offered[0];
  const wishes = accept
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(parseWish)
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight);
  for (const wish of wishes) {
    const found = offered.find((each) => satisfies(each, wish));
    if (found !== undefined) return found;
  }
  return undefined;
}

function parseWish(part: string): Wish {
  const [range = '', ...parameters] = part.split(';').map((each) => each.trim());
  const [, type, subtype] = RANGE.exec(range) ?? [];
  if (type === undefined || subtype === undefined) throw unreadable();
  const stated = parameters.find((each) => /^q=/i.test(each))?.slice(2);
  if (stated !== undefined && !WEIGHT.test(stated)) throw unreadable();
  return {
    type: type.toLowerCase(),
    subtype: subtype.toLowerCase(),
    weight: stated === undefined ? 1 : Number(stated),
  };
}

function satisfies(offered: string, { type, subtype }: Wish): boolean {
  const [offeredType, offeredSubtype] = offered.split('/');
  return (type === '*' || type === offeredType) && (subtype === '*' || subtype === offeredSubtype);
}

const unreadable = (): ServiceError => new ServiceError('BAD_REQUEST', 'the Accept header cannot be read');
