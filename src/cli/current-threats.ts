// What CISA and EPSS know, where they were fetched: loaded once, when the first image is judged.
import { AdvisoriesError } from '../advisories/advisories-error.ts';
import type { ThreatFeedName } from '../advisories/threats/threat-feed.ts';
import { type ThreatState, ThreatStore } from '../advisories/threats/threat-store.ts';
import type { Notice } from '../model/inventory.ts';
import type { Threats } from '../model/threats.ts';
import { CommandError } from './command-error.ts';

/** CISA adds to its catalogue every few days and EPSS is made anew daily; a week without a look is too long. */
const OLD_MS = 7 * 24 * 60 * 60 * 1000;

export interface LoadedThreats {
  readonly threats: Threats;
  readonly notices: readonly Notice[];
}

export class CurrentThreats {
  readonly #store: ThreatStore;
  #loaded: Promise<LoadedThreats> | undefined;

  constructor(cacheFolder: string) {
    this.#store = new ThreatStore(cacheFolder);
  }

  /**
   * A gate on what was never fetched would let everything pass, so that is said before anything is scanned.
   * @throws CommandError BAD_OPTION, AdvisoriesError CORRUPT_FILE
   */
  async ensure(needs: readonly { readonly feed: ThreatFeedName; readonly word: string }[]): Promise<void> {
    if (needs.length === 0) return;
    const state = await this.#store.state();
    for (const { feed, word } of needs) {
      if (state[feed]) continue;
      throw new CommandError(
        'BAD_OPTION',
        `--fail-on ${word}: that was never fetched; run "clearstory update --with ${feed}"`,
      );
    }
    await this.#store.load(state);
  }

  /** The same value for every caller. What is damaged is a notice: the findings are right without it. */
  load(): Promise<LoadedThreats> {
    this.#loaded ??= this.#load();
    return this.#loaded;
  }

  async #load(): Promise<LoadedThreats> {
    const state = await this.#store.state();
    try {
      return { threats: await this.#store.load(state), notices: oldNotices(state, Date.now()) };
    } catch (error) {
      if (!(error instanceof AdvisoriesError)) throw error;
      const message = `what is known of attacks was left out: ${error.message}`;
      return {
        threats: await this.#store.load({}),
        notices: [{ code: 'THREATS_NOT_READ', message, uncertain: true }],
      };
    }
  }
}

function oldNotices(state: ThreatState, now: number): Notice[] {
  return Object.entries(state).flatMap(([feed, { fetchedAt }]) => {
    const age = now - Date.parse(fetchedAt);
    if (!(age > OLD_MS)) return [];
    const days = Math.floor(age / (24 * 60 * 60 * 1000));
    const message = `what is known of attacks (${feed}) is ${days} days old; run "clearstory update"`;
    return [{ code: 'THREATS_OLD', message, uncertain: false }];
  });
}
