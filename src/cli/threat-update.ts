// The part of `clearstory update` that renews what CISA and EPSS know of attacks.
import { THREAT_FEEDS, type ThreatFeedName } from '../advisories/threats/threat-feed.ts';
import { type ThreatState, ThreatStore } from '../advisories/threats/threat-store.ts';
import type { ThreatRequest, ThreatUpdateResult } from '../advisories/threats/update-threats.ts';
import { CommandError } from './command-error.ts';
import { reportFailure } from './failure.ts';
import { REFUSED_BECAUSE } from './refused-because.ts';

export interface ThreatUpdateOptions {
  readonly cacheDir: string;
  readonly quiet?: boolean;
  /** Feeds that are asked for, separated by commas. */
  readonly with?: string;
  /** An address or a file to read the feed from, now and later: that asks for it too. */
  readonly kev?: string;
  readonly epss?: string;
}

/** Throws CommandError BAD_OPTION. */
export function parseThreatFeeds(text: string | undefined): ReadonlySet<ThreatFeedName> {
  const words = (text ?? '').split(',').map((word) => word.trim().toLowerCase());
  return new Set(
    words
      .filter((word) => word !== '')
      .map((word) => {
        const feed = THREAT_FEEDS.find(({ name }) => name === word);
        if (feed) return feed.name;
        const known = THREAT_FEEDS.map(({ name }) => name).join(', ');
        throw new CommandError('BAD_OPTION', `--with ${word}: known are ${known}`);
      }),
  );
}

/** Returns the number of failures. Nothing is done until a feed was asked for once. */
export async function runThreatUpdate(options: ThreatUpdateOptions): Promise<number> {
  const store = new ThreatStore(options.cacheDir);
  const requests = requestsOf(options, await store.state());
  if (requests.length === 0) return 0;
  const { updateThreats } = await import('../advisories/threats/update-threats.ts');
  const result = await updateThreats(requests, store, new Date());
  for (const { feed, refusal } of result.refused) {
    process.stderr.write(
      `warning: ${feed.title} ${REFUSED_BECAUSE[refusal.reason]}; the copy kept stays until this is ` +
        `confirmed (read ${refusal.reads} of 3, over 72 hours)\n`,
    );
  }
  for (const failure of result.failures) reportFailure(failure);
  if (!options.quiet) process.stderr.write(summary(result, requests));
  return result.failures.length;
}

/** `--with` names no address: it goes where the feed was read from before. */
function requestsOf(options: ThreatUpdateOptions, state: ThreatState): ThreatRequest[] {
  const asked = parseThreatFeeds(options.with);
  return THREAT_FEEDS.flatMap((feed) => {
    const from = options[feed.name] ?? state[feed.name]?.from ?? (asked.has(feed.name) ? feed.address : '');
    return from === '' ? [] : [{ feed, from }];
  });
}

function summary({ state, read }: ThreatUpdateResult, requests: readonly ThreatRequest[]): string {
  const lines = requests.flatMap(({ feed }) => {
    const own = state[feed.name];
    if (!own) return [];
    const of = own.released === undefined ? '' : ` of ${own.released.slice(0, 10)}`;
    const anew = read.includes(feed.name) ? 'read anew' : 'nothing new';
    return [`${feed.title}${of}: ${own.entries} entries, ${anew}`];
  });
  return lines.map((line) => `${line}\n`).join('');
}
