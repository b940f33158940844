// Whether a report judges its image at all.
import type { Report } from '../../model/report.ts';

/** One sentence without its stop; `undefined`: the image was judged. */
export function whyNotJudged({ os, notices }: Report): string | undefined {
  const notice = notices.find(
    ({ code }) => code === 'UNKNOWN_BUILD' || (code === 'NO_OPERATING_SYSTEM' && !os),
  );
  if (os && notice === undefined) return undefined;
  return notice?.message ?? 'there is no Windows in this image';
}
