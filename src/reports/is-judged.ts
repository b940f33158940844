// Whether the Windows of an image was judged: where it was not, no findings does not mean none.
import type { Report } from '../model/report.ts';

type Judged = Pick<Report, 'os' | 'notices'>;

/** False: there is no Windows in the image, or one of a build that is not known. */
export function isJudged(report: Judged): boolean {
  return whyNotJudged(report) === undefined;
}

/** One sentence without its stop; `undefined`: the image was judged. */
export function whyNotJudged({ os, notices }: Judged): string | undefined {
  const code = os ? 'UNKNOWN_BUILD' : 'NO_OPERATING_SYSTEM';
  const notice = notices.find((each) => each.code === code);
  if (os && !notice) return undefined;
  return notice?.message ?? 'there is no Windows in this image';
}
