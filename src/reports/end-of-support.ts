// The notice that a Windows is not serviced any more.
import type { Notice } from '../model/inventory.ts';

/** `endOfSupport` is the last day with security updates, `yyyy-mm-dd`; that day still counts. */
export function isSupported(endOfSupport: string, now: Date): boolean {
  return now.toISOString().slice(0, 10) <= endOfSupport;
}

/** After the end of support Microsoft lists next to nothing: silence must not look like safety. */
export function endOfSupportNotice(name: string, endOfSupport: string): Notice {
  const message =
    `${name} has had no security updates since ${endOfSupport}: vulnerabilities found after that day are not ` +
    'listed for it, and a short list means nothing; move to a release that is supported';
  return { code: 'END_OF_SUPPORT', message, uncertain: true };
}
