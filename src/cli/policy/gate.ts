// `--fail-on`: what makes a scan end with exit code 2.
import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import { compareSeverity, SEVERITIES, type Severity } from '../../model/severity.ts';
import { CommandError } from '../command-error.ts';

/** One condition of the gate, and how it reads in the message. */
export interface GateCondition {
  readonly word: string;
  /** How many times it is met, with a noun: `3 exploited findings`; `undefined`: not at all. */
  met(report: Report): string | undefined;
}

const OTHERS: readonly GateCondition[] = [
  { word: 'any', met: (report) => counted(report, () => true, 'of any severity') },
  {
    word: 'exploited',
    met: (report) => counted(report, ({ exploited }) => exploited, 'that Microsoft knows to be exploited'),
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

/** A severity means that one and graver ones. Throws CommandError BAD_OPTION. */
export function parseGate(text: string | undefined): readonly GateCondition[] {
  return (text ?? '')
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== '')
    .map((word) => {
      const severity = SEVERITIES.find((each) => each.toLowerCase() === word);
      const condition = severity ? ofSeverity(severity) : OTHERS.find((each) => each.word === word);
      if (condition) return condition;
      const known = [
        ...SEVERITIES.map((each) => each.toLowerCase()),
        ...OTHERS.map((each) => each.word),
      ].join(', ');
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

function counted(
  { findings }: Report,
  wanted: (finding: Finding) => boolean,
  what: string,
): string | undefined {
  const number = findings.filter(wanted).length;
  return number === 0 ? undefined : `${number} ${number === 1 ? 'finding' : 'findings'} ${what}`;
}
