// Writes a set of notifications piece by piece, and makes it visible in one step with the mark of what was processed.
import type { Database, Queryable } from './database.ts';
import { removeNotificationSet } from './remove-notification-set.ts';
import { StoreError } from './store-error.ts';

/** What one subject lost or gained, as it is stored. */
export interface SubjectChangeRow {
  readonly subject: number;
  /** Order among the changes of the subject, from 0. */
  readonly position: number;
  readonly added: boolean;
  /** Index in SEVERITIES: the gravest is 0. */
  readonly severity: number;
  /** Number of its body in the set. */
  readonly body: number;
}

export interface BodyRow {
  readonly number: number;
  /** JSON. */
  readonly body: string;
}

export interface PublishedSet {
  readonly id: string;
  readonly notifications: number;
}

/** Images whose manifests are written by one statement: a statement may take a minute, this many take a second. */
const IMAGES_A_STEP = 2_000;

/**
 * A draft is worked on by whoever holds the notifier's lock; should two believe they do, `publish` lets only one of
 * them through. A draft that is left behind by a crash is discarded by the next one's `begin`.
 */
export class NotificationDrafts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Id of the version of the advisories up to which changes were told; `undefined` before the first. */
  async processedVersion(): Promise<number | undefined> {
    const [mark] = await this.#database.query<{ version: number }>('select version from notification_mark');
    return mark?.version;
  }

  /** Notes the first version of all, with nothing told of it. */
  async markFirst(version: number): Promise<void> {
    await this.#database.query(
      'insert into notification_mark (version) values ($1) on conflict (one) do nothing',
      [version],
    );
  }

  /** Moves the mark with nothing told of what is between; `false` when somebody else has moved it. */
  skip({ from, to }: { from: number; to: number }): Promise<boolean> {
    return moveMark(this.#database, from, to);
  }

  /** A new empty draft, by number. `summary`: one notification a manifest, else one a manifest and change. */
  async begin(change: { from: number; to: number; summary: boolean }): Promise<number> {
    await this.discardAll();
    const [draft] = await this.#database.query<{ seq: number }>(
      'insert into notification_set (from_version, to_version, summary) values ($1, $2, $3) returning seq',
      [change.from, change.to, change.summary],
    );
    return draft!.seq;
  }

  /** At most a few thousand of each at once. */
  async add(draft: number, bodies: readonly BodyRow[], changes: readonly SubjectChangeRow[]): Promise<void> {
    await this.#write(
      draft,
      bodies.length,
      `insert into notification_body (set_seq, number, body)
        select draft.seq, row.number, row.body from draft, unnest($2::int[], $3::text[]) as row (number, body)`,
      [bodies.map((row) => row.number), bodies.map((row) => row.body)],
    );
    await this.#write(
      draft,
      changes.length,
      `insert into notification_change (set_seq, subject, position, added, severity, body)
        select draft.seq, row.* from draft,
          unnest($2::int[], $3::int[], $4::bool[], $5::int[], $6::int[])
            as row (subject, position, added, severity, body)`,
      [
        changes.map((row) => row.subject),
        changes.map((row) => row.position),
        changes.map((row) => row.added),
        changes.map((row) => row.severity),
        changes.map((row) => row.body),
      ],
    );
  }

  /**
   * Finds the manifests that have changed subjects, by index, and numbers their notifications. All of it happens in
   * the database: a million rows need not travel. Returns the count of notifications.
   */
  async addManifests(draft: number, signal?: AbortSignal): Promise<number> {
    await this.#findImages(draft);
    let total = 0;
    for (let image: number | undefined = 0; image !== undefined; ) {
      signal?.throwIfAborted();
      const [step]: { last: number | null; total: number }[] = await this.#database.query(STEP, [
        draft,
        image,
        IMAGES_A_STEP,
        total,
      ]);
      total = step!.total;
      image = step!.last ?? undefined;
    }
    await this.#database.query('delete from notification_image where set_seq = $1', [draft]);
    return total;
  }

  /**
   * Makes the draft a set to be delivered and moves the mark, both or neither. `undefined`: somebody else has moved the
   * mark, and the draft is to be discarded. With no notifications the mark moves alone.
   */
  async publish(
    draft: number,
    { from, to, notifications }: { from: number; to: number; notifications: number },
  ): Promise<PublishedSet | undefined> {
    return this.#database.transaction(async (transaction) => {
      if (!(await moveMark(transaction, from, to))) return undefined;
      const [set] = await transaction.query<{ id: string }>(
        `update notification_set set status = $3, notifications = $2, created_at = now(), due_at = now()
          where seq = $1 and status = 'draft' returning id`,
        [draft, notifications, notifications > 0 ? 'created' : 'going'],
      );
      if (!set) throw gone(draft);
      return { id: set.id, notifications };
    });
  }

  /** Removes what a crash, or another replica's victory, has left. */
  async discardAll(): Promise<void> {
    const rows = await this.#database.query<{ seq: number }>(
      `select seq from notification_set where status in ('draft', 'going') order by seq`,
    );
    for (const { seq } of rows) await removeNotificationSet(this.#database, seq);
  }

  async #findImages(draft: number): Promise<void> {
    await this.#database.query(
      `with draft as (select seq, summary from notification_set where seq = $1 and status = 'draft' for share),
      change as (select subject, count(*) as times from notification_change where set_seq = $1 group by subject)
      insert into notification_image (set_seq, image, subjects, notifications)
        select draft.seq, image.id, array_agg(change.subject order by change.subject),
          case when bool_and(draft.summary) then 1 else sum(change.times) end
        from draft, image, unnest(image.subjects) as part (subject), change
        where image.subjects && (select array_agg(subject) from change) and change.subject = part.subject
        group by draft.seq, image.id`,
      [draft],
    );
  }

  /** Rows of a draft that is no longer one are refused: whoever removes a set must not be followed by new rows. */
  async #write(
    draft: number,
    count: number,
    insert: string,
    columns: readonly (readonly unknown[])[],
  ): Promise<void> {
    if (count === 0) return;
    const [written] = await this.#database.query<{ count: number }>(
      `with draft as (select seq from notification_set where seq = $1 and status = 'draft' for share),
      written as (${insert} returning 1)
      select count(*) as count from written`,
      [draft, ...columns],
    );
    if (written?.count !== count) throw gone(draft);
  }
}

/** Manifests of the next images: $2 the last image done, $3 how many images, $4 notifications numbered so far. */
const STEP = `
  with draft as (select seq from notification_set where seq = $1 and status = 'draft' for share),
  step as (
    select image, subjects, notifications from notification_image
    where set_seq = (select seq from draft) and image > $2 order by image limit $3
  ),
  written as (
    insert into notification_manifest (set_seq, first, manifest, subjects)
      select $1, $4 + 1 + sum(step.notifications) over (order by step.image, manifest.id) - step.notifications,
        manifest.digest, step.subjects
      from step join manifest on manifest.image = step.image and manifest.finished
    returning first
  ),
  counted as (
    select coalesce(sum(step.notifications), 0) as notifications
    from step join manifest on manifest.image = step.image and manifest.finished
  )
  select (select max(image) from step) as last, ($4 + (select notifications from counted))::bigint as total`;

async function moveMark(database: Queryable, from: number, to: number): Promise<boolean> {
  const moved = await database.query(
    'update notification_mark set version = $2, processed_at = now() where version = $1 returning version',
    [from, to],
  );
  return moved.length > 0;
}

function gone(draft: number): StoreError {
  return new StoreError(
    'FAILED',
    `notification draft ${draft} was discarded by another replica; it is made again`,
  );
}
