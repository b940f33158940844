// Puts notifications together from what is stored of their set, as many as a page or a message takes.
import type { AffectedManifest, NotificationSet, SubjectChange } from '../../store/notifications.ts';
import { notificationId } from './notification-id.ts';

/** What is needed of the store. */
export interface NotificationRows {
  manifests(seq: number, after: number, limit: number): Promise<readonly AffectedManifest[]>;
  changes(seq: number, subjects: readonly number[]): Promise<readonly SubjectChange[]>;
  bodies(seq: number, numbers: readonly number[]): Promise<ReadonlyMap<number, string>>;
}

export interface ReadNotification {
  readonly id: string;
  readonly number: number;
  /** A ClairNotification as JSON. */
  readonly json: string;
}

interface Placed {
  readonly number: number;
  readonly digest: string;
  readonly change: SubjectChange;
}

/**
 * The notifications with the numbers after `after`, `size` at most. Always the same for the same set; fewer than there
 * are only when the set is removed meanwhile.
 */
export async function readNotifications(
  rows: NotificationRows,
  set: NotificationSet,
  after: number,
  size: number,
): Promise<ReadNotification[]> {
  // Each manifest has at least one; the first row may begin with some that were read before.
  const found = await rows.manifests(set.seq, after, size + 1);
  const manifests = found.filter(({ first }) => first <= after + size);
  const subjects = [...new Set(manifests.flatMap((manifest) => manifest.subjects))];
  const changes = bySubject(await rows.changes(set.seq, subjects));
  const wanted = manifests
    .flatMap((manifest) => placed(manifest, changes, set.summary))
    .filter(({ number }) => number > after && number <= after + size);
  const bodies = await rows.bodies(set.seq, [...new Set(wanted.map(({ change }) => change.body))]);
  return wanted.flatMap(({ number, digest, change }) => {
    const body = bodies.get(change.body);
    if (body === undefined) return [];
    const id = notificationId(set.id, number);
    const reason = change.added ? 'added' : 'removed';
    const head = `"id":"${id}","manifest":"${digest}","reason":"${reason}"`;
    return [{ id, number, json: `{${head},"vulnerability":${body}}` }];
  });
}

function placed(
  { first, digest, subjects }: AffectedManifest,
  changes: ReadonlyMap<number, readonly SubjectChange[]>,
  summary: boolean,
): Placed[] {
  const all = subjects.flatMap((subject) => changes.get(subject) ?? []);
  const told = summary ? all.sort(compareChanges).slice(0, 1) : all;
  return told.map((change, index) => ({ number: first + index, digest, change }));
}

/** What is new comes before what is gone, however grave that was: nobody may miss it for good news. */
function compareChanges(a: SubjectChange, b: SubjectChange): number {
  return Number(b.added) - Number(a.added) || a.severity - b.severity || a.subject - b.subject;
}

function bySubject(changes: readonly SubjectChange[]): Map<number, SubjectChange[]> {
  const groups = new Map<number, SubjectChange[]>();
  for (const change of changes) {
    const group = groups.get(change.subject);
    if (group) group.push(change);
    else groups.set(change.subject, [change]);
  }
  return groups;
}
