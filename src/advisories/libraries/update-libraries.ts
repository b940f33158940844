// Brings the library advisories up to date: each ecosystem on its own, guarded as MSRC's documents are.
import { ClearstoryError } from '../../base/error.ts';
import type { Ecosystem } from '../../model/dependency.ts';
import { type Doubt, isConfirmed, seenAgain, TOLERATED_LOSS } from '../guard.ts';
import { OSV_ECOSYSTEMS, packageKey } from './ecosystems.ts';
import { LibraryFileBuilder } from './library-file.ts';
import type { EcosystemState, LibraryState, LibraryStore } from './library-store.ts';
import type { OsvFeed } from './osv-feed.ts';
import { readOsvRecord } from './osv-record.ts';

export interface LibraryUpdateResult {
  readonly state: LibraryState;
  readonly read: readonly string[];
  /** Archives that were refused because they lost entries; what was known stays. */
  readonly refused: readonly { readonly ecosystem: string; readonly doubt: Doubt }[];
  /** What could not be read; what was known of it stays. */
  readonly failures: readonly ClearstoryError[];
}

export async function updateLibraries(
  feed: OsvFeed,
  store: LibraryStore,
  now: Date,
  onProgress?: (done: number, total: number, ecosystem: string) => void,
): Promise<LibraryUpdateResult> {
  const previous = await store.state();
  const ecosystems: Partial<Record<Ecosystem, EcosystemState>> = { ...previous?.ecosystems };
  const read: string[] = [];
  const refused: { ecosystem: string; doubt: Doubt }[] = [];
  const failures: ClearstoryError[] = [];
  const all = Object.entries(OSV_ECOSYSTEMS) as [Ecosystem, string][];
  // One after the other: the archives are large, and each is held in memory until it is complete.
  for (const [index, [ecosystem, osvName]] of all.entries()) {
    try {
      const known = feed.where === previous?.from ? ecosystems[ecosystem] : undefined;
      const outcome = await updateEcosystem(feed, store, ecosystem, known, ecosystems[ecosystem], now);
      if (outcome.state) ecosystems[ecosystem] = outcome.state;
      if (outcome.kind === 'read') read.push(osvName);
      if (outcome.kind === 'refused') refused.push({ ecosystem: osvName, doubt: outcome.state.doubt! });
    } catch (error) {
      if (!(error instanceof ClearstoryError)) throw error;
      failures.push(error);
    }
    onProgress?.(index + 1, all.length, osvName);
  }
  const fetchedAt = failures.length === 0 ? now.toISOString() : (previous?.fetchedAt ?? now.toISOString());
  const state = { from: feed.where, fetchedAt, ecosystems };
  // Without anything to keep there is nothing to switch on.
  if (Object.keys(ecosystems).length > 0) await store.save(state, previous);
  return { state, read, refused, failures };
}

type Outcome =
  | { readonly kind: 'read' | 'refused'; readonly state: EcosystemState }
  | { readonly kind: 'unchanged' | 'absent'; readonly state: EcosystemState | undefined };

/** `unchangedSince`: what this very feed gave last; `kept`: what is in use, wherever it came from. */
async function updateEcosystem(
  feed: OsvFeed,
  store: LibraryStore,
  ecosystem: Ecosystem,
  unchangedSince: EcosystemState | undefined,
  kept: EcosystemState | undefined,
  now: Date,
): Promise<Outcome> {
  const builder = new LibraryFileBuilder();
  const osvName = OSV_ECOSYSTEMS[ecosystem];
  // While a doubt is pending the archive must be seen again, changed or not.
  const validator = unchangedSince?.doubt ? undefined : unchangedSince?.validator || undefined;
  const answer = await feed.read(osvName, validator, (record) => {
    for (const each of readOsvRecord(record, osvName)) {
      builder.add(packageKey(ecosystem, each.package), each.advisory);
    }
  });
  // Absence never deletes.
  if (answer.kind !== 'records') return { kind: answer.kind, state: kept };
  if (kept && builder.entries < kept.entries * (1 - TOLERATED_LOSS)) {
    const doubt = seenAgain(kept.doubt, now);
    if (!isConfirmed(doubt, now)) return { kind: 'refused', state: { ...kept, doubt } };
  }
  if (!kept && builder.entries === 0) return { kind: 'absent', state: undefined };
  const written = await store.write(ecosystem, builder.finish());
  return {
    kind: 'read',
    state: { ...written, entries: builder.entries, validator: answer.validator },
  };
}
