// The advice in sentences: what one thing to do, and what stays and why.
import type { Advice, AdviceBase, AdviceStay, StayReason } from '../model/advice.ts';

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
  return [
    headline(advice),
    ...(base && !base.supported ? [unsupported(base)] : []),
    ...updates(advice),
    ...advice.stays.map(stays),
  ];
}

export function headline({ base, rebuild, total }: Advice): string {
  if (!base) return 'Nothing was judged: no Windows that is known was found in this image.';
  const what = `Base is ${base.version}`;
  if (!base.supported) return `${what}, out of support since ${base.endOfSupport}: ${moveTo(base)}.`;
  if (!rebuild) {
    const rest = total === 0 ? 'nothing is listed for the image' : 'no newer base ends any finding';
    return `${what}${base.month === null ? '' : ` (${monthName(base.month)})`}: ${rest}.`;
  }
  return `${what}${ageOf(base)}. ${rebuildSentence({ rebuild, total })}`;
}

function rebuildSentence({
  rebuild,
  total,
}: Pick<Advice, 'total'> & { rebuild: NonNullable<Advice['rebuild']> }): string {
  const details = [
    ...(rebuild.month ? [monthName(rebuild.month)] : []),
    ...(rebuild.kb ? [rebuild.kb] : []),
  ].join(', ');
  const ends =
    rebuild.ends === total
      ? total === 1
        ? 'the finding ends'
        : `all ${total} findings end`
      : `${rebuild.ends} of ${total} findings ${rebuild.ends === 1 ? 'ends' : 'end'}`;
  return `Rebuild on ${rebuild.version} or later${details ? ` (${details})` : ''}: ${ends}.`;
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
