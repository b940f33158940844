// The advisories that scans are matched against: fetched by the first scan of all, loaded when they are needed.
import { AdvisoriesError } from '../advisories/advisories-error.ts';
import { AdvisoriesStore } from '../advisories/advisories-store.ts';
import type { Advisories } from '../model/advisories.ts';

export interface AdvisoriesOptions {
  readonly cacheDir: string;
  readonly from?: string;
  readonly quiet?: boolean;
}

export class CurrentAdvisories {
  readonly #options: AdvisoriesOptions;
  readonly #store: AdvisoriesStore;
  #loaded: Promise<Advisories> | undefined;

  constructor(options: AdvisoriesOptions) {
    this.#options = options;
    this.#store = new AdvisoriesStore(options.cacheDir);
  }

  /** Fetches them when there are none, before anything else is done, so that a failure comes early. */
  async ensure(): Promise<void> {
    if (await this.#store.state().catch(warnOfDamage)) return;
    process.stderr.write('there are no advisories yet: running "clearstory update"\n');
    await this.#update();
  }

  /** The same value for every caller. Throws AdvisoriesError. */
  load(): Promise<Advisories> {
    this.#loaded ??= this.#load();
    return this.#loaded;
  }

  async #load(): Promise<Advisories> {
    const loaded = await this.#loadCurrent().catch(warnOfDamage);
    if (loaded) return loaded;
    await this.#update();
    return this.#loadCurrent();
  }

  async #loadCurrent(): Promise<Advisories> {
    const state = await this.#store.state();
    if (!state) throw new AdvisoriesError('NONE', 'there are no advisories; run "clearstory update"');
    return this.#store.load(state);
  }

  async #update(): Promise<void> {
    const { cacheDir, from, quiet } = this.#options;
    const { runUpdate } = await import('./update-command.ts');
    await runUpdate({ cacheDir, ...(from === undefined ? {} : { from }), ...(quiet ? { quiet } : {}) });
  }
}

/** Damaged files of our own are mended by an update; any other failure is the user's to see. */
function warnOfDamage(error: unknown): undefined {
  if (!(error instanceof AdvisoriesError) || error.code !== 'CORRUPT_FILE') throw error;
  process.stderr.write(`warning: ${error.message}\n`);
  return undefined;
}
