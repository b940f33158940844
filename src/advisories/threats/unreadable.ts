// What is wrong with a document of a threat feed, in one sentence.
import { AdvisoriesError } from '../advisories-error.ts';

/** `what` is a predicate: `is cut off`. */
export function unreadable(where: string, what: string, cause?: unknown): AdvisoriesError {
  return new AdvisoriesError('DOCUMENT_UNREADABLE', `${where}: ${what}; what was known stays`, { cause });
}

/** Proxies, portals and error pages answer HTTP 200 too. */
export function isMarkup(beginning: string): boolean {
  return /^\s*</.test(beginning);
}

export const MARKUP = 'is a web page; a proxy or a login page may have answered in its place';
