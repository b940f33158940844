// Why a report may be silent about a finding although its image has it. Such silence proves nothing fixed and nothing new.
import type { NoticeCode } from '../../model/inventory.ts';
import type { HiddenFindings, Report } from '../../model/report.ts';
import { whyNotJudged } from '../is-judged.ts';
import type { DifferingFinding, SideName } from './difference.ts';
import { packageName } from './pair-findings.ts';

export interface BlindSpot {
  readonly code: string;
  readonly message: string;
  /** Notices of the report that say the same. */
  readonly notices: readonly NoticeCode[];
  /** Whether it can be the reason that the report does not list this finding of the other one. */
  mayHide(each: DifferingFinding): boolean;
}

/** What a report says of itself that lets it miss what the other one lists; `side` is its place in the comparison. */
export function blindSpots(report: Report, other: Report, side: SideName): readonly BlindSpot[] {
  const why = whyNotJudged(report);
  if (why !== undefined) {
    return [
      {
        code: 'NOT_JUDGED',
        message: `${side} was not judged, so nothing is called fixed or new: ${why}`,
        notices: ['UNKNOWN_BUILD', 'NO_OPERATING_SYSTEM'],
        mayHide: () => true,
      },
    ];
  }
  return [
    ...outOfSupport(report, other, side),
    ...hidden(report, other, side),
    ...notRead(report, other, side),
    ...librariesNotMatched(report, other, side),
    ...notAskedFor(report, other, side),
    ...olderAdvisories(report, other, side),
  ];
}

/** What silence of this side does to the comparison, as the end of a sentence. */
function consequence(side: SideName): string {
  return side === 'after'
    ? 'what it no longer lists need not be fixed'
    : 'what is newly listed need not be new';
}

/** Of one build there is one list, whatever was known of its support when the reports were made. */
function outOfSupport({ os }: Report, other: Report, side: SideName): BlindSpot[] {
  if (os?.supported !== false || os.build === other.os?.build) return [];
  return [
    {
      code: 'OUT_OF_SUPPORT',
      message:
        `${side} is ${os.name}, out of support since ${os.endOfSupport}: Microsoft lists for it next to nothing ` +
        `that was found later, so ${consequence(side)}`,
      notices: ['END_OF_SUPPORT'],
      mayHide: ({ finding }) => !isMatchedByOwnVersion(finding.rule),
    },
  ];
}

/** Advisories for libraries, and for products beside Windows, do not ask which Windows they run on. */
function isMatchedByOwnVersion(rule: string): boolean {
  return /^(?:V\d|OSV)$/.test(rule);
}

/** What both reports filter alike can be compared, see `filteredAlike`. */
function hidden(report: Report, other: Report, side: SideName): BlindSpot[] {
  const shared = new Set(other.hidden.map(({ by }) => by));
  const own = report.hidden.filter(({ by }) => !shared.has(by));
  if (own.length === 0) return [];
  const more =
    side === 'after'
      ? 'and what is new may be among the hidden'
      : 'and what was fixed may be among the hidden';
  return [
    {
      code: 'HIDDEN_BY_FILTER',
      message: `${side} hides findings that the other report does not hide (${filters(own)}): ${consequence(side)}, ${more}`,
      notices: [],
      mayHide: () => true,
    },
  ];
}

/** `1556 by --severity critical`. */
export function filters(hiddenFindings: readonly HiddenFindings[]): string {
  return hiddenFindings.map(({ by, count }) => `${count} by ${by}`).join(', ');
}

/** A package that was seen has its findings; one that was not seen may be where nobody looked. */
function notRead(report: Report, other: Report, side: SideName): BlindSpot[] {
  const layers = new Set(unreadLayers(other));
  const files = new Set(other.warnings.map(({ path }) => path));
  const ownLayers = unreadLayers(report).filter((digest) => !layers.has(digest)).length;
  const ownFiles = report.warnings.filter(({ path }) => !files.has(path)).length;
  if (ownLayers + ownFiles === 0) return [];
  const names = packageNames(report);
  const what = ownLayers > 0 ? 'layers' : 'files';
  return [
    {
      code: 'NOT_ALL_READ',
      message: `${side} has ${what} that were not read: of packages that it does not show, ${consequence(side)}`,
      notices: ['LAYERS_ABSENT', 'FILES_UNREADABLE'],
      mayHide: (each) => !names.has(each.package.toLowerCase()),
    },
  ];
}

function unreadLayers({ image }: Report): string[] {
  return image.layers.flatMap(({ read, digest }) => (read ? [] : [digest]));
}

/** A library that is gone is gone; one that is there was not looked up. */
function librariesNotMatched(report: Report, other: Report, side: SideName): BlindSpot[] {
  const isNotMatched = report.notices.some(({ code }) => code === 'LIBRARIES_NOT_MATCHED');
  if (!isNotMatched || other.advisories.librariesFetchedAt === null) return [];
  const names = packageNames(report);
  return [
    {
      code: 'LIBRARIES_NOT_MATCHED',
      message: `${side} has libraries that were not matched: of these, ${consequence(side)}`,
      notices: ['LIBRARIES_NOT_MATCHED'],
      mayHide: (each) => each.finding.rule === 'OSV' && names.has(each.package.toLowerCase()),
    },
  ];
}

/** Reports do not tell whether --guidance and --infer were given; that they have none of such findings does. */
function notAskedFor(report: Report, other: Report, side: SideName): BlindSpot[] {
  const options = [
    { status: 'advisory', option: '--guidance', isOpen: true },
    // Of a release in support nothing is inferred: what Microsoft does not list for it, it does not have.
    { status: 'inferred', option: '--infer', isOpen: report.os?.supported === false },
  ] as const;
  const has = ({ findings, suppressed }: Report, status: string): boolean =>
    [...findings, ...suppressed.map(({ finding }) => finding)].some((each) => each.status === status);
  return options
    .filter(({ status, isOpen }) => isOpen && has(other, status) && !has(report, status))
    .map(({ status, option }) => ({
      code: 'NOT_ASKED_FOR',
      message: `${side} has nothing of what ${option} adds, and the other report has: of these findings, ${consequence(side)}`,
      notices: [],
      mayHide: ({ finding }) => finding.status === status,
    }));
}

/** What was published later cannot be in older advisories. */
function olderAdvisories(report: Report, other: Report, side: SideName): BlindSpot[] {
  const own = report.advisories;
  const others = other.advisories;
  const until =
    own.version !== others.version && own.fetchedAt < others.fetchedAt ? own.fetchedAt : undefined;
  const librariesUntil =
    own.librariesFetchedAt !== null && own.librariesFetchedAt < (others.librariesFetchedAt ?? '')
      ? own.librariesFetchedAt
      : undefined;
  if (until === undefined && librariesUntil === undefined) return [];
  return [
    {
      code: 'OLDER_ADVISORIES',
      message: `${side} was made with older advisories: of what was published later, ${consequence(side)}`,
      notices: [],
      mayHide: ({ finding }) => {
        const end = finding.rule === 'OSV' ? librariesUntil : until;
        return end !== undefined && (finding.published === null || finding.published >= end.slice(0, 10));
      },
    },
  ];
}

function packageNames({ packages }: Report): ReadonlySet<string> {
  return new Set(packages.map((each) => packageName(each).toLowerCase()));
}
