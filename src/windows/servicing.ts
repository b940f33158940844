// Component Based Servicing: which packages the registry lists, in which state, and the KBs they bring.

import { compareNumbers } from '../model/compare-numbers.ts';
import type { Servicing, ServicingPackage, ServicingState } from '../model/inventory.ts';
import type { ServicingManifest } from '../model/layer-facts.ts';
import { findKey, numberOf } from './registry/lookup.ts';
import type { MergedKey } from './registry/merge.ts';
import { readUpdates } from './servicing-updates.ts';

const SERVICING = 'Microsoft\\Windows\\CurrentVersion\\Component Based Servicing';

/** CurrentState in the registry; the numbers are not those of the CBS API. Unlisted ones are on the way in. */
const STATES: Readonly<Record<number, ServicingState>> = {
  0: 'absent',
  5: 'uninstall-pending',
  64: 'staged',
  80: 'superseded',
  96: 'install-pending',
  101: 'partially-installed',
  112: 'installed',
  128: 'installed',
};

/** What `dism /get-packages` lists; all others are parts of these. */
const VISIBLE = 1;

/** `hasPendingFile`: WinSxS/pending.xml lies in the image. */
export function readServicing(
  software: MergedKey | undefined,
  manifests: readonly ServicingManifest[],
  hasPendingFile: boolean,
): Servicing {
  const keys = [...(findKey(software, `${SERVICING}\\Packages`)?.keys.values() ?? [])];
  const packages = keys.map(toPackage);
  const named = (pattern: RegExp): ServicingPackage[] =>
    packages
      .filter(({ identity }) => pattern.test(identity))
      .sort((a, b) => compareNumbers(b.version, a.version));
  return {
    cumulative: named(/^Package_for_RollupFix(?:_|~)/i),
    servicingStack: named(/^Package_for_ServicingStack(?:_|~)/i),
    dotNetRollups: named(/^Package_for_DotNetRollup(?:_|~)/i),
    updates: readUpdates(packages, ownersOf(keys), manifests),
    features: keys
      .filter((key) => numberOf(key, 'Visibility') === VISIBLE && !/^Package_/i.test(key.name))
      .map(toPackage)
      .sort((a, b) => (a.identity < b.identity ? -1 : 1)),
    pending: hasPendingFile || hasPendingSession(software),
  };
}

function toPackage(key: MergedKey): ServicingPackage {
  return {
    identity: key.name,
    version: key.name.split('~').at(-1) ?? '',
    state: STATES[numberOf(key, 'CurrentState') ?? 0] ?? 'staged',
  };
}

/** Identity of a package → identities of the packages it is a part of. */
function ownersOf(keys: readonly MergedKey[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    keys.map((key) => [
      key.name,
      [...(findKey(key, 'Owners')?.values.values() ?? [])].map((owner) => owner.name),
    ]),
  );
}

function hasPendingSession(software: MergedKey | undefined): boolean {
  const pending = findKey(software, `${SERVICING}\\PackagesPending`);
  const sessions = findKey(software, `${SERVICING}\\SessionsPending`);
  const reboot = findKey(software, `${SERVICING}\\RebootPending`);
  const exclusive = numberOf(sessions, 'Exclusive') ?? 0;
  return (pending?.keys.size ?? 0) > 0 || (reboot?.values.size ?? 0) > 0 || exclusive !== 0;
}
