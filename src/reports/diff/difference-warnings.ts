// What a reader of a comparison must know before its numbers.
import type { Notice } from '../../model/inventory.ts';
import type { Report } from '../../model/report.ts';
import { type BlindSpot, filters } from './blind-spots.ts';
import type { DifferenceWarning, SideName } from './difference.ts';

export interface ComparedSide {
  readonly report: Report;
  readonly spots: readonly BlindSpot[];
}

export function differenceWarnings(before: ComparedSide, after: ComparedSide): DifferenceWarning[] {
  const reports = [before.report, after.report] as const;
  return [
    ...spotWarnings(after, 'after'),
    ...spotWarnings(before, 'before'),
    ...filteredAlike(...reports),
    ...differentAdvisories(...reports),
    ...differentKinds(...reports),
    ...doubtfulReports(before, after),
  ];
}

function spotWarnings({ spots }: ComparedSide, side: SideName): DifferenceWarning[] {
  return spots.map(({ code, message }) => ({ code, side, message }));
}

/** One filter on both sides compares like with like, but for what it hides on one side alone. */
function filteredAlike(before: Report, after: Report): DifferenceWarning[] {
  const shared = before.hidden.filter(({ by }) => after.hidden.some((each) => each.by === by));
  if (shared.length === 0) return [];
  const message =
    `both reports hide findings (before ${filters(before.hidden)}; after ${filters(after.hidden)}), which are not ` +
    'compared: one that is hidden on one side alone looks fixed or new';
  return [{ code: 'HIDDEN_ALIKE', side: 'both', message }];
}

function differentAdvisories(before: Report, after: Report): DifferenceWarning[] {
  if (before.advisories.version === after.advisories.version) return [];
  const message =
    'the reports were made with different advisories: what is new may have been there before; compare the images ' +
    'to judge both by the same';
  return [{ code: 'DIFFERENT_ADVISORIES', side: 'both', message }];
}

/** Another release of the same kind is what a comparison is for. */
function differentKinds(before: Report, after: Report): DifferenceWarning[] {
  const pairs = [
    [before.os?.installationType, after.os?.installationType],
    [before.image.architecture, after.image.architecture],
  ];
  const different = pairs.filter(([one, other]) => one && other && one !== other);
  if (different.length === 0) return [];
  const [old, current] = [0, 1].map((at) => different.map((pair) => pair[at]).join(' '));
  const message = `the images are of different kinds, ${old} before and ${current} after: much of what differs is due to that`;
  return [{ code: 'DIFFERENT_KINDS', side: 'both', message }];
}

/** What makes a report doubtful makes a comparison with it doubtful. */
function doubtfulReports(before: ComparedSide, after: ComparedSide): DifferenceWarning[] {
  const old = doubts(before);
  const current = doubts(after);
  const isIn = (notices: readonly Notice[], { message }: Notice): boolean =>
    notices.some((each) => each.message === message);
  return [
    ...current.map((notice) =>
      isIn(old, notice)
        ? { code: notice.code, side: 'both' as const, message: `both: ${notice.message}` }
        : { code: notice.code, side: 'after' as const, message: `after: ${notice.message}` },
    ),
    ...old
      .filter((notice) => !isIn(current, notice))
      .map(({ code, message }) => ({ code, side: 'before' as const, message: `before: ${message}` })),
  ];
}

function doubts({ report, spots }: ComparedSide): readonly Notice[] {
  const said = new Set(spots.flatMap(({ notices }) => notices));
  return report.notices.filter(({ uncertain, code }) => uncertain && !said.has(code));
}
