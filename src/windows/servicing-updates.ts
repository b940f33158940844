// The KBs of an image: from the names of servicing packages and from servicing manifests.
import type { ServicingPackage, ServicingState, ServicingUpdate } from '../model/inventory.ts';
import type { ServicingManifest } from '../model/layer-facts.ts';

const KB_IN_NAME = /^Package_(?:\d+_)?for_(KB\d{6,8})~/i;
const KB = /^KB\d{6,8}$/i;

/** Every feature on demand calls itself by one of these, whatever it is. */
const PLACEHOLDERS = new Set(['KB777777', 'KB777778']);

/** What is in the image for good comes before what is on its way, and that before what is gone. */
const STATES_BY_WEIGHT: readonly ServicingState[] = [
  'installed',
  'partially-installed',
  'install-pending',
  'uninstall-pending',
  'staged',
  'superseded',
  'absent',
];

interface Found {
  state: ServicingState;
  readonly packages: Set<string>;
  readonly parents: Set<string>;
}

/**
 * `owners`: identity of a package → identities of those it is a part of. A manifest whose package the registry
 * does not list counts as staged: its files are there, and nobody says it is installed.
 */
export function readUpdates(
  packages: readonly ServicingPackage[],
  owners: ReadonlyMap<string, readonly string[]>,
  manifests: readonly ServicingManifest[],
): ServicingUpdate[] {
  const identifiers = new Map(
    manifests.flatMap(({ identity, identifier }) =>
      isUpdate(identifier) ? [[identity.toLowerCase(), identifier.toUpperCase()] as const] : [],
    ),
  );
  const kbOf = (identity: string): string | undefined =>
    KB_IN_NAME.exec(identity)?.[1]?.toUpperCase() ?? identifiers.get(identity.toLowerCase());
  const found = new Map<string, Found>();
  const add = (identity: string, state: ServicingState): void => {
    const kb = kbOf(identity);
    if (kb === undefined) return;
    const known = found.get(kb) ?? { state, packages: new Set(), parents: new Set() };
    found.set(kb, known);
    known.packages.add(identity);
    if (weight(state) < weight(known.state)) known.state = state;
  };
  const listed = new Set(packages.map(({ identity }) => identity.toLowerCase()));
  for (const { identity, state } of packages) add(identity, state);
  for (const { identity } of manifests) if (!listed.has(identity.toLowerCase())) add(identity, 'staged');

  const belongs = (child: string, parent: string): void => {
    const [kb, parentKb] = [kbOf(child), kbOf(parent)];
    if (kb !== undefined && parentKb !== undefined && kb !== parentKb) found.get(kb)?.parents.add(parentKb);
  };
  for (const [child, parents] of owners) for (const parent of parents) belongs(child, parent);
  for (const { identity, children } of manifests) for (const child of children) belongs(child, identity);

  return [...found]
    .sort(([a], [b]) => Number(a.slice(2)) - Number(b.slice(2)))
    .map(([kb, { state, packages: identities, parents }]) => ({
      kb,
      state,
      packages: [...identities].sort(),
      parents: [...parents].sort(),
    }));
}

function isUpdate(identifier: string | undefined): identifier is string {
  return identifier !== undefined && KB.test(identifier) && !PLACEHOLDERS.has(identifier.toUpperCase());
}

function weight(state: ServicingState): number {
  return STATES_BY_WEIGHT.indexOf(state);
}
