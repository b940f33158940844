// `--fail-on`: what makes a scan end with exit code 2.
import type { ThreatFeedName } from '../../advisories/threats/threat-feed.ts';
import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import { compareSeverity, SEVERITIES, type Severity } from '../../model/severity.ts';
import { isAttacked } from '../../model/threats.ts';
import { CommandError } from '../command-error.ts';

/** One condition of the gate, and how it reads in the message. */
export interface GateCondition {
  readonly word: string;
  /** The feed that must have been fetched: without it, nothing met would mean nothing. */
  readonly needs?: ThreatFeedName;
  /** How many times it is met, with a noun: `3 exploited findings`; `undefined`: not at all. */
  met(report: Report): string | undefined;
}

const OTHERS: readonly GateCondition[] = [
  { word: 'any', met: (report) => counted(report, () => true, 'of any severity') },
  {
    word: 'exploited',
    met: (report) => counted(report, isAttacked, 'that Microsoft or CISA knows to be exploited'),
  },
  {
    word: 'kev',
    needs: 'kev',
    met: (report) => counted(report, ({ kev }) => kev !== null, 'that CISA knows to be exploited'),
  },
  {
    word: 'kev-ransomware',
    needs: 'kev',
    met: (report) =>
      counted(report, ({ kev }) => kev?.ransomware === true, 'that CISA knows to be used by ransomware'),
  },
  {
    word: 'fixable',
    met: (report) => counted(report, ({ fixedIn }) => fixedIn.version !== null, 'with a fix'),
  },
  {
    word: 'unsupported',
    met: ({ os }) =>
      os?.supported === false ? `Windows out of support since ${os.endOfSupport}` : undefined,
  },
];

/** Its words, apart from those with a number. */
export const GATE_WORDS: readonly string[] = [
  ...SEVERITIES.map((each) => each.toLowerCase()),
  ...OTHERS.map((each) => each.word),
];

/** A severity means that one and graver ones. Throws CommandError BAD_OPTION. */
export function parseGate(text: string | undefined): readonly GateCondition[] {
  return (text ?? '')
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== '')
    .map((word) => {
      const severity = SEVERITIES.find((each) => each.toLowerCase() === word);
      if (severity) return ofSeverity(severity);
      const condition = OTHERS.find((each) => each.word === word) ?? ofPrediction(word);
      if (condition) return condition;
      const known = [...GATE_WORDS, 'epss>=0.5'].join(', ');
      throw new CommandError('BAD_OPTION', `--fail-on ${word}: known are ${known}`);
    });
}

function ofSeverity(severity: Severity): GateCondition {
  const word = severity.toLowerCase();
  return {
    word,
    met: (report) =>
      counted(report, (finding) => compareSeverity(finding.severity, severity) <= 0, `${word} or graver`),
  };
}

/** `epss>=0.5`: what EPSS gives this probability or a higher one; `undefined` for other words. */
function ofPrediction(word: string): GateCondition | undefined {
  const digits = /^epss\s*>=\s*(\d*\.?\d+)$/.exec(word)?.[1];
  if (digits === undefined) return undefined;
  const least = Number(digits);
  if (least > 1) throw new CommandError('BAD_OPTION', `--fail-on ${word}: EPSS goes from 0 to 1`);
  return {
    word,
    needs: 'epss',
    met: (report) =>
      counted(
        report,
        ({ epss }) => epss !== null && epss.probability >= least,
        `with EPSS ${least} or higher`,
      ),
  };
}

function counted(
  { findings }: Report,
  wanted: (finding: Finding) => boolean,
  what: string,
): string | undefined {
  const number = findings.filter(wanted).length;
  return number === 0 ? undefined : `${number} ${number === 1 ? 'finding' : 'findings'} ${what}`;
}
