// Says of a vulnerability of Windows where its code runs: in the image, on the host, or not at all.
import type { AdvisoryEntry } from '../model/advisories.ts';
import type { Where } from '../model/where.ts';
import { type HostReason, hostReason } from '../windows/msrc-components/host-components.ts';
import { titleRule, titleSubject } from '../windows/msrc-components/title-rules.ts';
import { type UserComponent, userComponent } from '../windows/msrc-components/user-components.ts';

const HOST_REASONS: Readonly<Record<HostReason, string>> = {
  kernel: 'it is in the kernel, which a process-isolated container shares with its host',
  driver:
    'it is in a driver, which runs in the kernel that a process-isolated container shares with its host',
  hypervisor: 'it is in the hypervisor or what serves its guests, which runs on the host',
  boot: 'it is in the boot chain, which no container has',
  processor: 'it is in the processor, and what mitigates it is in the host',
};

type Entry = Pick<AdvisoryEntry, 'title' | 'component'>;

/** What title and component tag of an entry come to. */
type Placement =
  | { readonly kind: 'host'; readonly reason: HostReason }
  /** `isNamed`: the title speaks of the component, so that its files are the ones that count. */
  | { readonly kind: 'user'; readonly component: UserComponent; readonly isNamed: boolean }
  | { readonly kind: 'unknown'; readonly reason: string };

/** A service judges the same few thousand entries all day. */
const placed = new WeakMap<Entry, Placement>();

/** `files` are the component files that the image has, by canonical path; `undefined`: it was not read whole. */
export function triage(entry: Entry, files: ReadonlySet<string> | undefined): Where {
  const placement = placed.get(entry) ?? place(entry);
  placed.set(entry, placement);
  switch (placement.kind) {
    case 'host':
      return { class: 'host', reason: HOST_REASONS[placement.reason] };
    case 'unknown':
      return { class: 'unknown', reason: placement.reason };
    case 'user':
      return files
        ? lookFor(placement.component, placement.isNamed, files)
        : { class: 'unknown', reason: 'not all layers of the image were read' };
  }
}

function place({ title, component = '' }: Entry): Placement {
  const rule = titleRule(title);
  if (rule && 'host' in rule) return { kind: 'host', reason: rule.host };
  if (rule) return placeBy(rule.tag, title, true);
  // Where the title speaks of another component than the tag, it is the title that is right.
  if (!isNamed(component, title)) {
    for (const subject of [titleSubject(title), `Windows ${titleSubject(title)}`]) {
      const placement = placeBy(subject, title, true);
      if (placement.kind !== 'unknown') return placement;
    }
  }
  return placeBy(component, title, isNamed(component, title));
}

function placeBy(tag: string, title: string, isMeant: boolean): Placement {
  const reason = hostReason(tag, title);
  if (reason) return { kind: 'host', reason };
  const user = userComponent(tag);
  if (user) return { kind: 'user', component: user, isNamed: isMeant };
  const why =
    tag === '' ? 'the entry names no component' : `the table does not say where "${tag}" runs in this case`;
  return { kind: 'unknown', reason: why };
}

/** Microsoft gives some tags to whatever is near: only a word in common shows that the title means this component. */
function isNamed(tag: string, title: string): boolean {
  const named = new Set(words(tag));
  return named.size === 0 || words(title).some((word) => named.has(word));
}

/** Of every other title. */
const COMMON = new Set([
  'windows',
  'microsoft',
  'service',
  'services',
  'component',
  'components',
  'server',
  'the',
]);

function words(text: string): string[] {
  const all = text.toLowerCase().match(/[a-z0-9+]{2,}/g) ?? [];
  return all.filter((word) => !COMMON.has(word));
}

function lookFor(
  { witnesses, hasDriver }: UserComponent,
  isMeant: boolean,
  files: ReadonlySet<string>,
): Where {
  const found = witnesses.find((witness) => files.has(witness));
  if (found !== undefined) return { class: 'image', reason: `the image has ${shown(found)}` };
  if (!isMeant) {
    return { class: 'unknown', reason: 'the title speaks of something else than the component of the entry' };
  }
  const missing = `the image has no ${witnesses.map(shown).join(', ')}`;
  return hasDriver
    ? { class: 'host', reason: `${missing}; what is left of the component is a driver, which is the host's` }
    : { class: 'absent', reason: missing };
}

function shown(witness: string): string {
  return witness.slice(witness.lastIndexOf('/') + 1).toLowerCase();
}
