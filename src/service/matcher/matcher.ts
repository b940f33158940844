// The matcher: reports of vulnerabilities, computed when asked for and shared between images.
import { changedEntries } from '../../matching/changed-entries.ts';
import type { ClairVulnerability } from '../../model/clair.ts';
import type { Finding } from '../../model/finding.ts';
import type { IndexedImage } from '../../model/indexed-image.ts';
import type { MatchSubject } from '../../model/match-subject.ts';
import type { RenderedBody } from '../../model/rendered-body.ts';
import { contentOf } from '../../reports/clair/content.ts';
import type { FindingsFragment } from '../../reports/clair/findings-fragment.ts';
import { noticeVulnerabilities } from '../../reports/clair/notice-vulnerabilities.ts';
import { affectedPackage, vulnerability } from '../../reports/clair/vulnerability.ts';
import { joinReport, type ReportFrame, reportFrame } from '../../reports/clair/vulnerability-report.ts';
import type { Knowledge } from '../knowledge.ts';
import { ServiceError } from '../service-error.ts';
import { type AffectedSource, affectedManifests } from './affected-manifests.ts';
import { ReportCache, type SubjectSource } from './report-cache.ts';
import { subjectFindings } from './subject-findings.ts';
import {
  type OperationSource,
  type UpdateOperations,
  updateDiff,
  updateOperations,
} from './update-operations.ts';

/** What is needed of an indexed manifest. */
export interface MatchedManifest {
  readonly digest: string;
  /** That of `upstream` is not ours to report on. */
  readonly kind: 'windows' | 'other' | 'upstream';
  readonly state: 'IndexFinished' | 'IndexError';
  /** Distinct, base first. */
  readonly layers: readonly string[];
  /** `undefined`: it has no content of ours. */
  readonly image: number | undefined;
}

export interface MatcherParts {
  readonly manifests: {
    find(digest: string): Promise<MatchedManifest | undefined>;
    image(id: number): Promise<IndexedImage | undefined>;
  };
  readonly subjects: SubjectSource & AffectedSource;
  readonly versions: OperationSource;
  readonly knowledge: { current(): Knowledge | undefined; load(version: number): Promise<Knowledge> };
  /** Bytes of rendered reports that are kept in memory. */
  readonly cacheBytes: number;
  /** Whether reports carry CVSS scores. Default true. */
  readonly scores?: boolean;
  /** Whether Windows is still supported depends on the day. */
  readonly now?: () => Date;
}

const NO_CONTENT: IndexedImage = { packages: [], subjects: [], notices: [] };

export class Matcher {
  readonly #parts: MatcherParts;
  readonly #cache: ReportCache;

  constructor(parts: MatcherParts) {
    this.#parts = parts;
    this.#cache = new ReportCache(parts.subjects, parts.cacheBytes);
  }

  /**
   * `undefined`: the manifest is not known, not finished or the upstream's, or there are no advisories yet; Quay shows it as queued then.
   * @throws StoreError; ServiceError UNAVAILABLE when the image is being removed
   */
  async vulnerabilityReport(digest: string): Promise<RenderedBody | undefined> {
    const knowledge = this.#parts.knowledge.current();
    if (!knowledge) return undefined;
    const manifest = await this.#parts.manifests.find(digest);
    if (manifest?.state !== 'IndexFinished' || manifest.kind === 'upstream') return undefined;
    const frame = await this.#frame(manifest, knowledge);
    return frame && joinReport(frame, this.#shown(await this.#fragments(frame, knowledge)));
  }

  /** Of one subject, as reports have them. Not kept. */
  async findingsOf(subject: MatchSubject, knowledge: Knowledge): Promise<readonly Finding[]> {
    const [findings] = await subjectFindings([subject], knowledge);
    return findings!();
  }

  /**
   * Findings under both, without those that are surely equal: what is in one list alone, or in both with another content,
   * is what changed.
   */
  async findingsToCompare(
    subject: MatchSubject,
    before: Knowledge,
    now: Knowledge,
  ): Promise<readonly [before: readonly Finding[], now: readonly Finding[]]> {
    const ids = changedEntries(subject.inventory, before.advisories, now.advisories);
    if (ids?.size === 0) return [[], []];
    const [earlier] = await subjectFindings([subject], before, ids);
    const [later] = await subjectFindings([subject], now, ids);
    return [await earlier!(), await later!()];
  }

  /** As reports have it. */
  vulnerability(finding: Finding, subject: MatchSubject): ClairVulnerability {
    const own = subject.inventory.packages.find(({ id }) => id === finding.package);
    return vulnerability(finding, affectedPackage(subject, own!));
  }

  /**
   * Renders anew what was asked for lately, after other advisories came into force; requests in the meantime wait for no
   * more than their own.
   */
  prepare(knowledge: Knowledge): Promise<void> {
    return this.#cache.prepare(knowledge);
  }

  /** `vulnerabilities` as posted. @throws StoreError; ServiceError BAD_REQUEST, UNAVAILABLE before there are advisories */
  async affectedManifests(vulnerabilities: readonly unknown[]): Promise<RenderedBody> {
    const knowledge = this.#parts.knowledge.current();
    if (!knowledge) throw new ServiceError('UNAVAILABLE', 'there are no advisories yet; try again later');
    return affectedManifests(vulnerabilities, knowledge, this.#parts.subjects);
  }

  updateOperations(kind: 'vulnerability' | 'enrichment', latest: boolean): Promise<UpdateOperations> {
    return updateOperations(this.#parts.versions, kind, latest);
  }

  /** Also when there is none. */
  deleteOperation(ref: string): Promise<void> {
    return this.#parts.versions.delete(ref);
  }

  /** @throws StoreError; ServiceError INTERNAL for an operation that is not there */
  updateDiff(current: string, previous: string | undefined): Promise<RenderedBody> {
    return updateDiff(this.#parts.versions, (id) => this.#parts.knowledge.load(id), current, previous);
  }

  #shown(fragments: readonly FindingsFragment[]): readonly FindingsFragment[] {
    if (this.#parts.scores ?? true) return fragments;
    return fragments.map((fragment) => ({ ...fragment, enrichments: undefined }));
  }

  #fragments(frame: ReportFrame, knowledge: Knowledge): Promise<FindingsFragment[]> {
    return this.#cache.fragments(frame.subjects, knowledge);
  }

  async #frame(
    { digest, layers, image: id }: MatchedManifest,
    { version, libraries }: Knowledge,
  ): Promise<ReportFrame | undefined> {
    const now = this.#parts.now?.() ?? new Date();
    const { fetchedAt } = version;
    const circumstances = { now, fetchedAt, librariesMatched: libraries !== undefined };
    const day = now.toISOString().slice(0, 10);
    const key = JSON.stringify([digest, id, day, fetchedAt, circumstances.librariesMatched]);
    return this.#cache.frame(key, async () => {
      const image = id === undefined ? NO_CONTENT : await this.#parts.manifests.image(id);
      // Removed since it was found.
      if (!image) return undefined;
      return reportFrame(
        contentOf(digest, image, layers),
        image,
        noticeVulnerabilities(image, circumstances),
      );
    });
  }
}
