// Notices that other advisories are in force than those whose changes were told last, and writes down what changed.
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AdvisoriesError } from '../../advisories/advisories-error.ts';
import type { ClairVulnerability } from '../../model/clair.ts';
import { summaryOf } from '../../model/clair-notification.ts';
import type { Finding } from '../../model/finding.ts';
import type { MatchSubject } from '../../model/match-subject.ts';
import { SEVERITIES } from '../../model/severity.ts';
import type {
  BodyRow,
  NotificationDrafts,
  PublishedSet,
  SubjectChangeRow,
} from '../../store/notification-drafts.ts';
import type { Knowledge } from '../knowledge.ts';
import { compareFindings } from './compare-findings.ts';
import { versionToCompare } from './version-to-compare.ts';

/** What is needed of the other parts. */
export interface ChangeSources {
  readonly versions: {
    latest(): Promise<{ readonly id: number } | undefined>;
    list(): Promise<readonly { readonly id: number }[]>;
  };
  readonly knowledge: { load(version: number): Promise<Knowledge> };
  readonly subjects: { all(): AsyncIterable<{ readonly id: number; readonly subject: MatchSubject }> };
  readonly matcher: {
    /** Under both; findings that are equal may be left out. */
    findingsToCompare(
      subject: MatchSubject,
      before: Knowledge,
      now: Knowledge,
    ): Promise<readonly [before: readonly Finding[], now: readonly Finding[]]>;
    vulnerability(finding: Finding, subject: MatchSubject): ClairVulnerability;
  };
}

/**
 * - `current`: nothing has changed.
 * - `first`: the first version of all was noted. Clair tells everything it knows of every manifest then: a flood about
 *   vulnerabilities that reports have shown since the images were indexed, and of no use to anybody.
 * - `unaffected`: the advisories changed, and no manifest is concerned.
 * - `lost`: what was compared last is no longer kept, or cannot be read any more, so that nothing can be compared.
 * - `overtaken`: another replica was faster.
 */
export type Detection =
  | { readonly outcome: 'current' | 'overtaken' }
  | { readonly outcome: 'first' | 'lost'; readonly version: number }
  | ({ readonly outcome: 'unaffected' } & ComparedVersions)
  | ({ readonly outcome: 'published'; readonly set: PublishedSet } & ComparedVersions);

export interface ComparedVersions {
  /** What was told last. */
  readonly processed: number;
  /** What stood in for it. A later one: what changed in between is not told. */
  readonly from: number;
  readonly to: number;
}

/** Rows of an insert: some hundred kilobytes of JSON. */
const ROWS_A_WRITE = 500;

/** Matching must not keep requests waiting longer than this, in milliseconds. */
const TURN_MS = 10;

/**
 * One set for everything between the version processed last and the newest, however many were skipped; written whole or
 * not at all. To be called under the notifier's lock.
 */
export async function detectChange(
  drafts: NotificationDrafts,
  sources: ChangeSources,
  { summary, signal }: { readonly summary: boolean; readonly signal: AbortSignal },
): Promise<Detection> {
  const [latest, processed] = await Promise.all([sources.versions.latest(), drafts.processedVersion()]);
  if (!latest || latest.id === processed) return { outcome: 'current' };
  if (processed === undefined) {
    await drafts.markFirst(latest.id);
    return { outcome: 'first', version: latest.id };
  }
  const from = versionToCompare(await sources.versions.list(), processed);
  const to = latest.id;
  if (from === undefined || from === to) {
    await drafts.skip({ from: processed, to });
    return { outcome: 'lost', version: processed };
  }
  const before = await loadEarlier(sources, from);
  if (before === undefined) {
    await drafts.skip({ from: processed, to });
    return { outcome: 'lost', version: processed };
  }
  const draft = await drafts.begin({ from, to, summary });
  const pair = comparable(before, await sources.knowledge.load(to));
  await writeChanges(drafts, draft, changesOf(sources, pair, { summary, signal }));
  const notifications = await drafts.addManifests(draft, signal);
  const set = await drafts.publish(draft, { from: processed, to, notifications });
  if (set && notifications > 0) return { outcome: 'published', set, processed, from, to };
  await drafts.discardAll();
  return set ? { outcome: 'unaffected', processed, from, to } : { outcome: 'overtaken' };
}

/** `undefined` when this version of the program cannot read it: trying for ever would tell of no later change either. */
async function loadEarlier(sources: ChangeSources, version: number): Promise<Knowledge | undefined> {
  try {
    return await sources.knowledge.load(version);
  } catch (error) {
    if (error instanceof AdvisoriesError) return undefined;
    throw error;
  }
}

interface ComparedKnowledge {
  readonly before: Knowledge;
  readonly now: Knowledge;
}

/**
 * Libraries count when both versions know something of them: the first that is heard of OSV is no more news than the
 * first advisories of all. When they know the same, they need not be read.
 */
function comparable(before: Knowledge, now: Knowledge): ComparedKnowledge {
  if (before.libraries && now.libraries && before.libraries.version !== now.libraries.version)
    return { before, now };
  return { before: withoutLibraries(before), now: withoutLibraries(now) };
}

function withoutLibraries({ version, advisories }: Knowledge): Knowledge {
  return { version, advisories };
}

interface ToldChange {
  readonly row: Omit<SubjectChangeRow, 'body'>;
  /** JSON. */
  readonly body: string;
}

async function* changesOf(
  { subjects, matcher }: ChangeSources,
  { before, now }: ComparedKnowledge,
  { summary, signal }: { readonly summary: boolean; readonly signal: AbortSignal },
): AsyncGenerator<ToldChange> {
  let turnEnds = Date.now() + TURN_MS;
  for await (const { id, subject } of subjects.all()) {
    signal.throwIfAborted();
    const [earlier, later] = await matcher.findingsToCompare(subject, before, now);
    const describe = (finding: Finding): ClairVulnerability => matcher.vulnerability(finding, subject);
    const changes = compareFindings(earlier, later, (finding) => describe(finding).normalized_severity);
    // A summary tells one change of each manifest, which is the first of one of its subjects.
    const told = summary ? changes.slice(0, 1) : changes;
    for (const [position, { added, finding, severity }] of told.entries()) {
      const row = { subject: id, position, added, severity: SEVERITIES.indexOf(severity) };
      yield { row, body: JSON.stringify(summaryOf(describe(finding))) };
    }
    if (Date.now() < turnEnds) continue;
    await nextTurn();
    turnEnds = Date.now() + TURN_MS;
  }
}

async function writeChanges(
  drafts: NotificationDrafts,
  draft: number,
  changes: AsyncIterable<ToldChange>,
): Promise<void> {
  const bodies = new Bodies();
  let rows: SubjectChangeRow[] = [];
  for await (const { row, body } of changes) {
    rows.push({ ...row, body: bodies.numberOf(body) });
    if (rows.length < ROWS_A_WRITE) continue;
    await drafts.add(draft, bodies.take(), rows);
    rows = [];
  }
  await drafts.add(draft, bodies.take(), rows);
}

/** Ten thousand images on one base are told the same: each text is written once. */
class Bodies {
  readonly #numbers = new Map<string, number>();
  #fresh: BodyRow[] = [];

  numberOf(body: string): number {
    // The texts themselves would be held until the end.
    const key = createHash('sha256').update(body).digest('base64');
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#numbers.size + 1;
    this.#numbers.set(key, number);
    this.#fresh.push({ number, body });
    return number;
  }

  /** Those that were not taken before. */
  take(): BodyRow[] {
    const taken = this.#fresh;
    this.#fresh = [];
    return taken;
  }
}
