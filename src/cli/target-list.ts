// The targets of a scan: from the arguments, and for `-` from standard input, one a line.
import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import { CommandError } from './command-error.ts';

/** A registry of this size is scanned in parts. */
const MAX_TARGETS = 100_000;

/** Empty lines and those that begin with `#` are passed over. Throws CommandError. */
export async function readTargets(args: readonly string[], input: Readable): Promise<string[]> {
  const targets: string[] = [];
  for (const argument of args) {
    if (argument !== '-') {
      targets.push(argument);
      continue;
    }
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      const target = line.trim();
      if (target === '' || target.startsWith('#')) continue;
      targets.push(target);
      if (targets.length > MAX_TARGETS) {
        throw new CommandError('BAD_OPTION', `more than ${MAX_TARGETS} targets; scan them in parts`);
      }
    }
  }
  // Targets are printed and end up in reports.
  if (targets.some((target) => /^(?:[a-z]+:\/\/)?[^/@]*:[^/@]*@(?!sha256:)/.test(target))) {
    throw new CommandError(
      'BAD_OPTION',
      'a target holds credentials; leave them out and use docker login, or --username and --password-stdin',
    );
  }
  if (targets.length === 0)
    throw new CommandError('BAD_OPTION', 'there is nothing to scan: no target was named');
  return targets;
}
