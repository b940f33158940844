// Sets of notifications that were published: reading them, what became of their delivery, and their end.
import type { Database } from './database.ts';
import { digestOfBytes } from './digest-bytes.ts';
import { removeNotificationSet } from './remove-notification-set.ts';

export interface NotificationSet {
  readonly seq: number;
  /** uuid */
  readonly id: string;
  /** Ids of the versions of the advisories that were compared. */
  readonly from: number;
  readonly to: number;
  /** One notification a manifest: the gravest change of its subjects. */
  readonly summary: boolean;
  readonly notifications: number;
}

/** A set whose turn it is. */
export interface WaitingSet extends NotificationSet {
  /** Failed ones. */
  readonly attempts: number;
  /** Milliseconds until the next attempt; 0 when it is due. */
  readonly dueInMs: number;
}

export interface AffectedManifest {
  /** Number of its first notification in the set. */
  readonly first: number;
  readonly digest: string;
  /** Changed ones, ascending. */
  readonly subjects: readonly number[];
}

export interface SubjectChange {
  readonly subject: number;
  readonly added: boolean;
  /** Index in SEVERITIES: the gravest is 0. */
  readonly severity: number;
  readonly body: number;
}

export type ReceiptStatus = 'created' | 'delivery_failed' | 'delivered' | 'deleted';

const SET = `seq, id::text as id, from_version as "from", to_version as "to", summary, notifications`;

export class Notifications {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A set that can be read; those marked deleted can until they are collected. `id` must be a uuid. */
  async find(id: string): Promise<NotificationSet | undefined> {
    const rows = await this.#database.query<NotificationSet>(
      `select ${SET} from notification_set where id = $1::uuid and status not in ('draft', 'going')`,
      [id],
    );
    return rows[0];
  }

  /**
   * The manifests that the notifications after number `after` are of, at most `limit` of them, in order; the first may
   * have begun before.
   */
  async manifests(seq: number, after: number, limit: number): Promise<AffectedManifest[]> {
    const rows = await this.#database.query<{ first: number; manifest: Buffer; subjects: number[] }>(
      `select first, manifest, subjects from notification_manifest
        where set_seq = $1 and first >= coalesce(
          (select max(first) from notification_manifest where set_seq = $1 and first <= $2), 0)
        order by first limit $3`,
      [seq, after + 1, limit],
    );
    return rows.map(({ first, manifest, subjects }) => ({
      first,
      digest: digestOfBytes(manifest),
      subjects,
    }));
  }

  /** What changed in these subjects, in order of subject and position. */
  async changes(seq: number, subjects: readonly number[]): Promise<SubjectChange[]> {
    return this.#database.query(
      `select subject, added, severity, body from notification_change
        where set_seq = $1 and subject = any($2::int[]) order by subject, position`,
      [seq, subjects],
    );
  }

  /** JSON by number. */
  async bodies(seq: number, numbers: readonly number[]): Promise<Map<number, string>> {
    const rows = await this.#database.query<{ number: number; body: string }>(
      'select number, body from notification_body where set_seq = $1 and number = any($2::int[])',
      [seq, numbers],
    );
    return new Map(rows.map(({ number, body }) => [number, body]));
  }

  /** The oldest set that was not delivered: sets are delivered in their order. */
  async nextWaiting(): Promise<WaitingSet | undefined> {
    const rows = await this.#database.query<WaitingSet>(
      `select ${SET}, attempts,
          greatest(0, ceil(extract(epoch from due_at - now()) * 1000))::float8 as "dueInMs"
        from notification_set where status in ('created', 'delivery_failed') order by seq limit 1`,
    );
    return rows[0];
  }

  async countWaiting(): Promise<number> {
    const [row] = await this.#database.query<{ count: number }>(
      `select count(*) as count from notification_set where status in ('created', 'delivery_failed')`,
    );
    return row!.count;
  }

  /** A set that its reader has deleted meanwhile stays deleted. */
  async markDelivered(seq: number): Promise<void> {
    await this.#database.query(
      `update notification_set set status = 'delivered', delivered_at = now()
        where seq = $1 and status in ('created', 'delivery_failed')`,
      [seq],
    );
  }

  async markFailed(seq: number, retryInMs: number): Promise<void> {
    await this.#database.query(
      `update notification_set
        set status = 'delivery_failed', attempts = attempts + 1, due_at = now() + $2::float8 * interval '1 millisecond'
        where seq = $1 and status in ('created', 'delivery_failed')`,
      [seq, retryInMs],
    );
  }

  /** Whether there is such a set; one that is deleted already counts. `id` must be a uuid. */
  async delete(id: string): Promise<boolean> {
    const rows = await this.#database.query(
      `update notification_set set status = 'deleted', deleted_at = coalesce(deleted_at, now())
        where id = $1::uuid and status not in ('draft', 'going') returning seq`,
      [id],
    );
    return rows.length > 0;
  }

  async receipt(id: string): Promise<ReceiptStatus | undefined> {
    const rows = await this.#database.query<{ status: ReceiptStatus }>(
      `select status from notification_set where id = $1::uuid and status not in ('draft', 'going')`,
      [id],
    );
    return rows[0]?.status;
  }

  /**
   * Removes sets that were deleted longer than `deletedMs` ago, and delivered ones that nobody deleted in `deliveredMs`.
   * Those not delivered stay. Returns how many went.
   */
  async collectGarbage(age: { deletedMs: number; deliveredMs: number }): Promise<number> {
    const rows = await this.#database.query<{ seq: number }>(
      `select seq from notification_set where status = 'going'
        or (status = 'deleted' and deleted_at < now() - $1::float8 * interval '1 millisecond')
        or (status = 'delivered' and delivered_at < now() - $2::float8 * interval '1 millisecond')
        order by seq`,
      [age.deletedMs, age.deliveredMs],
    );
    for (const { seq } of rows) await removeNotificationSet(this.#database, seq);
    return rows.length;
  }
}
