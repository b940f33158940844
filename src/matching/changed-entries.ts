// Which vulnerabilities of Windows two states of the advisories may judge differently: few, of the thousands they share.
import type { Advisories, PerProducts } from '../model/advisories.ts';
import type { Inventory } from '../model/inventory.ts';
import { OS_PACKAGE_ID } from '../windows/operating-system-package.ts';
import { type WindowsRelease, windowsRelease } from '../windows/releases.ts';
import type { FixDecision } from './fix-decision.ts';
import { fixDecisions, windowsProducts } from './match-operating-system.ts';

/**
 * IDs beside which the findings of Windows and its components are equal under both, whatever the update level.
 * `undefined` for an inventory that holds something else too: then all findings have to be compared.
 */
export function changedEntries(
  { os, dotNetFramework, packages }: Inventory,
  before: Advisories,
  now: Advisories,
): ReadonlySet<string> | undefined {
  const release = os && windowsRelease(os.build);
  const isWindows = packages.every(
    ({ id, match }) => id === OS_PACKAGE_ID || match?.by === 'windows-component',
  );
  if (!os || !release || dotNetFramework || !isWindows) return undefined;
  const products = packages.flatMap((subject) => [
    ...windowsProducts(os, subject, release, before),
    ...windowsProducts(os, subject, release, now),
  ]);
  return new Set([...new Set(products)].flatMap((product) => [...changedOf(release, product, before, now)]));
}

/** Of the two states that are compared; images of one product differ in nothing here. */
const compared = new WeakMap<Advisories, WeakMap<Advisories, Map<string, ReadonlySet<string>>>>();

function changedOf(
  release: WindowsRelease,
  product: string,
  before: Advisories,
  now: Advisories,
): ReadonlySet<string> {
  const ofBefore = compared.get(before) ?? new WeakMap<Advisories, Map<string, ReadonlySet<string>>>();
  compared.set(before, ofBefore);
  const byProduct = ofBefore.get(now) ?? new Map<string, ReadonlySet<string>>();
  ofBefore.set(now, byProduct);
  const key = `${release.build} ${product}`;
  const changed = byProduct.get(key) ?? compare(release, product, before, now);
  byProduct.set(key, changed);
  return changed;
}

function compare(
  release: WindowsRelease,
  product: string,
  before: Advisories,
  now: Advisories,
): ReadonlySet<string> {
  const earlier = signatures(release, product, before);
  const later = signatures(release, product, now);
  const ids = [...new Set([...earlier.keys(), ...later.keys()])];
  return new Set(ids.filter((id) => earlier.get(id) !== later.get(id)));
}

function signatures(release: WindowsRelease, product: string, advisories: Advisories): Map<string, string> {
  return new Map(
    fixDecisions(advisories, release, product).map((decision) => [
      decision.entry.id,
      signature(decision, product, advisories),
    ]),
  );
}

/** All that findings are made of. */
function signature(decision: FixDecision, product: string, { documents }: Advisories): string {
  const { entry, rule, revision, kbs, conflict, hotpatchOnly } = decision;
  const own = <T>(groups: readonly PerProducts<T>[]): T | undefined =>
    groups.find(({ products }) => products.has(product))?.value;
  return JSON.stringify([
    [rule, revision, kbs, conflict, hotpatchOnly],
    [entry.title, entry.component, entry.published, entry.exploited, entry.publiclyDisclosed],
    [own(entry.severities), own(entry.scores), documents[entry.document]?.id],
  ]);
}
