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

/** Rows of one statement: it takes a second, and may take a minute. */
const MANIFESTS_A_STEP = 50_000;

/**
 * A draft is worked on by whoever holds the notifier's lock; should two believe they do, `publish` lets only one of
 * them through. A draft that is left behind by a crash is discarded by the next one's `begin`.
 */
export class NotificationDrafts {
  readonly #database: Database;
  readonly #manifestsAStep: number;

  constructor(database: Database, manifestsAStep = MANIFESTS_A_STEP) {
    this.#database = database;
    this.#manifestsAStep = manifestsAStep;
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
    await this.#database.query(FIND_IMAGES, [draft]);
    let step: Step = { image: 0, id: 0, total: 0 };
    for (let next: Step | undefined = step; next; ) {
      signal?.throwIfAborted();
      step = next;
      [next] = await this.#database.query<Step>(ADD_MANIFESTS, [
        draft,
        step.image,
        step.id,
        step.total,
        this.#manifestsAStep,
      ]);
    }
    await this.#database.query('delete from notification_image where set_seq = $1', [draft]);
    return step.total;
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

/** The manifest that was done last, and how many notifications there are up to it. */
interface Step {
  readonly image: number;
  readonly id: number;
  readonly total: number;
}

const FIND_IMAGES = `
  with draft as (select seq from notification_set where seq = $1 and status = 'draft' for share)
  insert into notification_image (set_seq, image)
    select draft.seq, image.id from draft, image
    where image.subjects && (select array_agg(distinct subject) from notification_change where set_seq = $1)`;

/** $2, $3 and $4: where the step before ended; $5: how many manifests. No row when there are none left. */
const ADD_MANIFESTS = `
  with draft as (select seq, summary from notification_set where seq = $1 and status = 'draft' for share),
  change as (select subject, count(*) as times from notification_change where set_seq = $1 group by subject),
  page as (
    select manifest.image, manifest.id, manifest.digest
    from notification_image as found join manifest on manifest.image = found.image
    where found.set_seq = (select seq from draft) and found.image >= $2 and manifest.finished
      and (manifest.image, manifest.id) > ($2::integer, $3::bigint)
    order by manifest.image, manifest.id limit $5
  ),
  told as (
    select image.id as image, array_agg(change.subject order by change.subject) as subjects,
      case when (select summary from draft) then 1 else sum(change.times) end as notifications
    from (select distinct image from page) as paged join image on image.id = paged.image,
      unnest(image.subjects) as part (subject) join change on change.subject = part.subject
    group by image.id
  ),
  numbered as (
    select page.digest, told.subjects, told.notifications,
      sum(told.notifications) over (order by page.image, page.id) as so_far
    from page join told on told.image = page.image
  ),
  written as (
    insert into notification_manifest (set_seq, first, manifest, subjects)
      select $1, $4::bigint + so_far - notifications + 1, digest, subjects from numbered
  )
  select image, id, ($4::bigint + coalesce((select max(so_far) from numbered), 0))::bigint as total
  from page order by image desc, id desc limit 1`;

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
