// Which manifests have one of some vulnerabilities: by subjects, so that no manifest is looked at.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isMatchedAs } from '../../matching/products/matched-as.ts';
import type { Finding } from '../../model/finding.ts';
import type { MatchSubject } from '../../model/match-subject.ts';
import type { RenderedBody } from '../../model/rendered-body.ts';
import { compareSeverity, SEVERITIES, type Severity } from '../../model/severity.ts';
import type { Knowledge } from '../knowledge.ts';
import { ServiceError } from '../service-error.ts';
import { ChunkedText } from './chunked-text.ts';
import { subjectFindings } from './subject-findings.ts';

/** What is needed of the store. */
export interface AffectedSource {
  all(): AsyncIterable<{ readonly id: number; readonly subject: MatchSubject }>;
  manifestsWith(
    subjectIds: readonly number[],
  ): AsyncIterable<{ readonly manifest: string; readonly subjects: readonly number[] }>;
}

/** What is read of a posted vulnerability; the rest is sent back as it came. */
interface Posted {
  readonly id: string;
  readonly name: string;
  /** `undefined`: of whatever package. */
  readonly product: string | undefined;
  readonly severity: Severity;
}

const MIB = 1024 * 1024;

/** A month of Microsoft's, over a million manifests, would be gigabytes; this stays in memory until it is sent. */
const MAX_BYTES = 256 * MIB;

/** Subjects are read in pages; matching a few at a time lets others have their turn. */
const SUBJECTS_A_TURN = 20;

/** @throws ServiceError BAD_REQUEST for what is no vulnerability, TOO_LARGE */
export async function affectedManifests(
  vulnerabilities: readonly unknown[],
  knowledge: Knowledge,
  source: AffectedSource,
): Promise<RenderedBody> {
  const posted = vulnerabilities.map(readPosted);
  const affected = await affectedSubjects(posted, knowledge, source);
  const text = new ChunkedText('{"vulnerabilities":{');
  for (const [index, { id }] of posted.entries()) {
    text.addMember(`${JSON.stringify(id)}:${JSON.stringify(vulnerabilities[index])}`);
  }
  text.add('},"vulnerable_manifests":{');
  let ids = { of: [] as readonly number[], text: '[]' };
  for await (const { manifest, subjects } of source.manifestsWith([...affected.keys()])) {
    // Manifests of one image come one after the other.
    if (subjects !== ids.of) ids = { of: subjects, text: idsOf(subjects, affected) };
    text.addMember(`"${manifest}":${ids.text}`);
    if (text.bytes > MAX_BYTES) {
      throw new ServiceError(
        'TOO_LARGE',
        `more manifests are affected than an answer of ${MAX_BYTES / MIB} MiB can name; ask with fewer vulnerabilities at a time`,
      );
    }
  }
  return text.finish('}}');
}

/** JSON; the gravest first. */
function idsOf(subjects: readonly number[], affected: ReadonlyMap<number, readonly Posted[]>): string {
  const own = new Set(subjects.flatMap((subject) => affected.get(subject) ?? []));
  return JSON.stringify([...own].sort((a, b) => compareSeverity(a.severity, b.severity)).map(({ id }) => id));
}

async function affectedSubjects(
  posted: readonly Posted[],
  knowledge: Knowledge,
  source: AffectedSource,
): Promise<Map<number, readonly Posted[]>> {
  const byName = new Map<string, Posted[]>();
  for (const each of posted) byName.set(each.name, [...(byName.get(each.name) ?? []), each]);
  const ids = new Set(byName.keys());
  const affected = new Map<number, readonly Posted[]>();
  if (ids.size === 0) return affected;
  let page: { readonly id: number; readonly subject: MatchSubject }[] = [];
  const judge = async (): Promise<void> => {
    const tasks = await subjectFindings(
      page.map(({ subject }) => subject),
      knowledge,
      ids,
    );
    for (const [index, { id, subject }] of page.entries()) {
      const own = (await tasks[index]!()).flatMap((finding) =>
        (byName.get(finding.id) ?? []).filter((each) => isAbout(each, finding, subject, knowledge)),
      );
      if (own.length > 0) affected.set(id, [...new Set(own)]);
    }
    page = [];
    await nextTurn();
  };
  for await (const each of source.all()) {
    page.push(each);
    if (page.length === SUBJECTS_A_TURN) await judge();
  }
  await judge();
  return affected;
}

function isAbout(
  { product }: Posted,
  finding: Finding,
  { inventory }: MatchSubject,
  { advisories }: Knowledge,
): boolean {
  const own = inventory.packages.find(({ id }) => id === finding.package);
  return product === undefined || (own !== undefined && isMatchedAs(product, own, inventory, advisories));
}

function readPosted(value: unknown): Posted {
  const { id, name, package: installed, normalized_severity: severity } = asObject(value);
  if (typeof id !== 'string' || typeof name !== 'string') {
    throw new ServiceError('BAD_REQUEST', 'each of the vulnerabilities needs an id and a name');
  }
  const product = asObject(installed ?? {}).name;
  const known = SEVERITIES.find((each) => each === severity) ?? 'Unknown';
  return { id, name, product: typeof product === 'string' ? product : undefined, severity: known };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ServiceError('BAD_REQUEST', 'each of the vulnerabilities and their packages is an object');
  }
  return value as Record<string, unknown>;
}
