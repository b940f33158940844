// The words that an option takes, from where they are defined.
import type { Option } from 'commander';
import { THREAT_FEEDS } from '../../advisories/threats/threat-feed.ts';
import { SEVERITIES } from '../../model/severity.ts';
import { WHERE_CLASSES } from '../../model/where.ts';
import { DIFF_FORMATS } from '../diff-command.ts';
import { GATE_WORDS } from '../policy/gate.ts';
import { REPORT_FORMATS } from '../report-formats.ts';

const WORDS: Readonly<Record<string, readonly string[]>> = {
  '--output': REPORT_FORMATS,
  'diff --output': DIFF_FORMATS,
  '--severity': SEVERITIES.map((each) => each.toLowerCase()),
  '--where': WHERE_CLASSES,
  '--fail-on': GATE_WORDS,
  '--with': THREAT_FEEDS.map(({ name }) => name),
};

/** None where any text is taken, or a file. `command` is its words: `catalog add`. */
export function optionWords(command: string, option: Option): readonly string[] {
  const long = option.long ?? '';
  return option.argChoices ?? WORDS[`${command} ${long}`] ?? WORDS[long] ?? [];
}
