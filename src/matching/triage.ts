// Says of a vulnerability of Windows where its code runs: in the image, on the host, or not at all.
import type { AdvisoryEntry } from '../model/advisories.ts';
import type { Where } from '../model/where.ts';
import { type HostReason, hostReason } from '../windows/msrc-components/host-components.ts';
import { titleRule } from '../windows/msrc-components/title-rules.ts';
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
  | { readonly kind: 'user'; readonly component: UserComponent }
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
        ? lookFor(placement.component, files)
        : { class: 'unknown', reason: 'not all layers of the image were read' };
  }
}

function place({ title, component = '' }: Entry): Placement {
  const rule = titleRule(title);
  if (rule && 'host' in rule) return { kind: 'host', reason: rule.host };
  const tag = rule ? rule.tag : component;
  const reason = hostReason(tag);
  if (reason) return { kind: 'host', reason };
  const user = userComponent(tag);
  if (user) return { kind: 'user', component: user };
  const why = tag === '' ? 'the entry names no component' : `the component "${tag}" is not in the table`;
  return { kind: 'unknown', reason: why };
}

function lookFor({ witnesses, hasDriver }: UserComponent, files: ReadonlySet<string>): Where {
  const found = witnesses.find((witness) => files.has(witness));
  if (found !== undefined) return { class: 'image', reason: `the image has ${shown(found)}` };
  const missing = `the image has no ${witnesses.map(shown).join(', ')}`;
  return hasDriver
    ? { class: 'host', reason: `${missing}; what is left of the component is a driver, which is the host's` }
    : { class: 'absent', reason: missing };
}

function shown(witness: string): string {
  return witness.slice(witness.lastIndexOf('/') + 1).toLowerCase();
}
