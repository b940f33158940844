// The advice in sentences: what one thing to do, and what stays and why.
import type { Advice, AdviceBase, AdviceRebuild, AdviceStay, StayReason } from '../model/advice.ts';
import { asideWords } from './set-aside.ts';

const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** How many products are named before the rest is only counted. */
const MAX_UPDATES = 3;

/** The first sentence is the one thing to do. At least one. */
export function adviceSentences(advice: Advice): readonly string[] {
  const { base } = advice;
  if (base && !base.supported) {
    return [
      headline(advice),
      ...moveSentences(advice),
      unsupported(base),
      ...updates(advice),
      ...(advice.move?.stays ?? []).map(stays),
    ];
  }
  return [headline(advice), ...updates(advice), ...advice.stays.map(stays)];
}

export function headline(advice: Advice): string {
  const { base, rebuild, total } = advice;
  if (!base) {
    // Applications beside it may have findings.
    const what = total + asideTotal(advice) === 0 ? 'Nothing was judged' : 'Windows itself was not judged';
    return `${what}: no Windows that is known was found in this image.`;
  }
  const what = `Base is ${base.version}`;
  if (!base.supported) return `${what}, out of support since ${base.endOfSupport}: ${moveTo(base)}.`;
  if (!rebuild) {
    const rest = total === 0 ? nothingCounts(advice) : 'no newer base ends any finding';
    return `${what}${base.month === null ? '' : ` (${monthName(base.month)})`}: ${rest}.`;
  }
  return `${what}${ageOf(base)}. ${rebuildSentence({ rebuild, total })}`;
}

function rebuildSentence({
  rebuild,
  total,
}: Pick<Advice, 'total'> & { rebuild: NonNullable<Advice['rebuild']> }): string {
  const ends =
    rebuild.ends === total
      ? total === 1
        ? 'the finding ends'
        : `all ${total} findings end`
      : `${rebuild.ends} of ${total} findings ${rebuild.ends === 1 ? 'ends' : 'end'}`;
  return `Rebuild on ${rebuild.version} or later${detailsOf(rebuild)}: ${ends}.`;
}

function detailsOf({ month, kb }: AdviceRebuild): string {
  const details = [...(month ? [monthName(month)] : []), ...(kb ? [kb] : [])].join(', ');
  return details ? ` (${details})` : '';
}

/** Why the list is empty. */
function nothingCounts(advice: Advice): string {
  const { aside } = advice;
  if (!aside) return 'nothing is listed for the image';
  const number = asideTotal(advice);
  const subject = number === 1 ? 'the one finding does not count' : `none of the ${number} findings counts`;
  return `${subject} (${asideWords(aside).join(', ')})`;
}

function asideTotal({ aside }: Advice): number {
  return aside ? aside.hidden.reduce((sum, { count }) => sum + count, aside.suppressed) : 0;
}

/** What the move ends, and how much of that an update of the old release does: everything is counted once. */
function moveSentences(advice: Advice): string[] {
  const { move, rebuild, total } = advice;
  if (!move) return [];
  if (total === 0) return advice.aside ? [`${capitalised(nothingCounts(advice))}.`] : [];
  if (move.ends === 0) return [];
  const subject =
    move.ends < total
      ? `${move.ends} of ${total} findings`
      : total === 1
        ? 'The finding'
        : `All ${total} findings`;
  const verbs = move.ends === 1 ? 'is of Windows and ends' : 'are of Windows and end';
  const first = `${subject} ${verbs} with the move.`;
  if (!rebuild) return [first];
  const left = move.ends - rebuild.ends;
  const until = `Until then ${rebuild.version}${detailsOf(rebuild)}`;
  return [
    first,
    left === 0
      ? `${until} ends ${move.ends === 1 ? 'it' : 'all of them'}.`
      : `${until} ends ${rebuild.ends} of them and leaves ${left}.`,
  ];
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function moveTo({ successors }: AdviceBase): string {
  if (successors.length === 0) return 'move to a supported release of Windows';
  return `move to ${successors.map(({ name, endOfSupport }) => `${name} (until ${endOfSupport})`).join(' or ')}`;
}

function unsupported({ name }: AdviceBase): string {
  return `Microsoft lists nothing new for ${name}: what is not in this report is not known to be safe.`;
}

function updates({ updates: all }: Advice): string[] {
  const named = all.slice(0, MAX_UPDATES).map(({ name, installed, version, ends }) => {
    const from = installed === '' ? '' : ` ${installed}`;
    return `Update ${name}${from} to ${version}: ${ends} ${ends === 1 ? 'finding ends' : 'findings end'}.`;
  });
  const others = all.slice(MAX_UPDATES);
  if (others.length === 0) return named;
  const ends = others.reduce((sum, each) => sum + each.ends, 0);
  const subject =
    others.length === 1 ? 'One more package has an update' : `${others.length} more packages have updates`;
  return [
    ...named,
    `${subject} that ${others.length === 1 ? 'ends' : 'end'} ${ends} ${ends === 1 ? 'finding' : 'findings'}.`,
  ];
}

const STAYS: Readonly<Record<StayReason, string>> = {
  'no-fix': 'no fix is published',
  unsupported: 'no fix will come for a release out of support',
  'unknown-fix': 'a fix is published, but not which version has it',
  guidance: 'guidance, which no update ends',
};

function stays({ reason, count }: AdviceStay): string {
  return `${count} ${count === 1 ? 'stays' : 'stay'}: ${STAYS[reason]}.`;
}

function ageOf({ month, monthsOld }: AdviceBase): string {
  if (month === null) return '';
  const age = monthsOld ? `, ${monthsOld} ${monthsOld === 1 ? 'month' : 'months'} old` : '';
  return ` (${monthName(month)}${age})`;
}

/** `2026-06` as `June 2026`. */
function monthName(month: string): string {
  const [year = '', number = ''] = month.split('-');
  return `${MONTH_NAMES[Number(number) - 1] ?? number} ${year}`;
}
