// Standard output as people see it: how wide it is, and whether it shows colours.
import { WriteStream } from 'node:tty';

/** A terminal that does not say how wide it is. */
const DEFAULT_WIDTH = 80;
/** In a file or pipe lines are as long as they are. */
export const UNLIMITED_WIDTH = 10_000;

export function terminalWidth(): number {
  if (!process.stdout.isTTY) return UNLIMITED_WIDTH;
  return process.stdout.columns || DEFAULT_WIDTH;
}

/** On a terminal, unless NO_COLOR or TERM=dumb; elsewhere with FORCE_COLOR alone, as for CI that shows colours. */
export function showsColors(): boolean {
  const forced = process.env.FORCE_COLOR;
  if (!process.stdout.isTTY && (forced === undefined || forced === '0' || forced === 'false')) return false;
  if (process.env.NO_COLOR) return false;
  return WriteStream.prototype.getColorDepth.call(process.stdout, process.env) > 1;
}
