// What a format says in the place of findings where it has none to show.
import type { Report } from '../model/report.ts';
import { isJudged } from './is-judged.ts';

/** Never that there are none where none was looked for, or where some were set aside. */
export function noFindingsText(report: Report): string {
  if (!isJudged(report)) return 'not judged';
  return report.suppressed.length + report.hidden.length > 0
    ? 'none that counts'
    : 'none are listed for what is in the image';
}
