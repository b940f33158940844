// Whether the Windows of an image was judged: where it was not, no findings does not mean none.
import type { Report } from '../model/report.ts';

/** False: there is no Windows in the image, or one of a build that is not known. */
export function isJudged({ os, notices }: Pick<Report, 'os' | 'notices'>): boolean {
  return os !== null && !notices.some(({ code }) => code === 'UNKNOWN_BUILD');
}
