// One page of a set of notifications, as Clair's API answers it.
import type { RenderedBody } from '../../model/rendered-body.ts';
import type { NotificationSet } from '../../store/notifications.ts';
import { ServiceError } from '../service-error.ts';
import { isUuid, notificationNumber } from './notification-id.ts';
import { type NotificationRows, readNotifications } from './read-notifications.ts';

export interface PageQuery {
  /** Default 500, which 0 stands for too. */
  readonly size?: number | undefined;
  /** Id of the last notification that was read; absent or the nil uuid for the first page. */
  readonly next?: string | undefined;
}

export interface NotificationSource extends NotificationRows {
  find(id: string): Promise<NotificationSet | undefined>;
}

/** Clair's. */
const DEFAULT_SIZE = 500;

/** A page is held in memory: with two kilobytes for each notification this is ten megabytes. */
const MAX_SIZE = 5_000;

/**
 * `undefined` when there is no such set. A `size` above 5,000 gives 5,000, and says so: readers go on by `page.next`.
 * Throws ServiceError BAD_REQUEST for a `next` that is not of this set.
 */
export async function notificationPage(
  source: NotificationSource,
  id: string,
  query: PageQuery,
): Promise<RenderedBody | undefined> {
  if (!isUuid(id)) return undefined;
  const set = await source.find(id);
  if (!set) return undefined;
  const size = Math.min(query.size || DEFAULT_SIZE, MAX_SIZE);
  const after = query.next === undefined ? 0 : notificationNumber(set.id, query.next);
  if (after === undefined) {
    throw new ServiceError(
      'BAD_REQUEST',
      `next is no notification of ${id}; use page.next of the page before`,
    );
  }
  const notifications = await readNotifications(source, set, after, size);
  const expected = Math.max(0, Math.min(size, set.notifications - after));
  if (notifications.length < expected && !(await source.find(id))) return undefined;
  const hasMore = after + size < set.notifications;
  const next = hasMore ? notifications.at(-1)?.id : undefined;
  return render(
    { ...(next !== undefined && { next }), size },
    notifications.map(({ json }) => json),
  );
}

function render(page: { next?: string; size: number }, notifications: readonly string[]): RenderedBody {
  const text = `{"page":${JSON.stringify(page)},"notifications":[${notifications.join(',')}]}`;
  const plain = Buffer.from(text);
  return { plain: [plain], plainBytes: plain.length };
}
