// The findings of one subject as parts of a report: rendered once, joined into the report of every image that has it.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClairVulnerability } from '../../model/clair.ts';
import type { Finding } from '../../model/finding.ts';
import type { MatchSubject } from '../../model/match-subject.ts';
import { type BodyPart, bodyPart, bytesOfPart } from './body-parts.ts';
import { cvssData } from './cvss-data.ts';
import { GrowingPart } from './growing-part.ts';
import { affectedPackage, vulnerability } from './vulnerability.ts';

/** Members of JSON objects and elements of arrays, separated by commas, without the brackets around them. */
export interface FindingsFragment {
  readonly vulnerabilities: BodyPart;
  /** By vulnerability; `undefined`: no finding has a score that can be shown. */
  readonly enrichments: BodyPart | undefined;
  /** Ids of vulnerabilities, by id of the package in the subject. */
  readonly packages: readonly { readonly id: string; readonly vulnerabilities: BodyPart }[];
  /** In memory. */
  readonly bytes: number;
}

/** `undefined`: there are no findings. */
export async function renderFragment(
  subject: MatchSubject,
  findings: readonly Finding[],
): Promise<FindingsFragment | undefined> {
  if (findings.length === 0) return undefined;
  const vulnerabilities = new GrowingPart();
  const enrichments = new GrowingPart();
  const scores = new Scores();
  const ends = new CommonEnds();
  const idsOf = new Map<string, string[]>();
  const affected = new Map(
    subject.inventory.packages.map((each) => [each.id, affectedPackage(subject, each)]),
  );
  for (const finding of findings) {
    const value = vulnerability(finding, affected.get(finding.package)!);
    const key = JSON.stringify(value.id);
    const score = finding.cvss && scores.json(finding.cvss);
    if (score) enrichments.addMember(`${key}:[${score}]`);
    const ids = idsOf.get(finding.package) ?? [];
    ids.push(key);
    idsOf.set(finding.package, ids);
    if (vulnerabilities.addMember(`${key}:${ends.json(value)}`)) await nextTurn();
  }
  const parts = await Promise.all([
    vulnerabilities.finish(),
    enrichments.isEmpty ? undefined : enrichments.finish(),
    ...[...idsOf.values()].map((ids) => bodyPart(ids.join(','))),
  ]);
  const [all, scored, ...lists] = parts as [BodyPart, BodyPart | undefined, ...BodyPart[]];
  return {
    vulnerabilities: all,
    enrichments: scored,
    packages: [...idsOf.keys()].map((id, index) => ({ id, vulnerabilities: lists[index]! })),
    bytes: parts.reduce((total, part) => total + (part ? bytesOfPart(part) : 0), 0),
  };
}

/** What a vulnerability affects makes up half of it, and is the same in thousands. */
class CommonEnds {
  readonly #json = new Map<string, string>();

  json({ package: affected, distribution, repository, ...own }: ClairVulnerability): string {
    const key = `${affected?.id} ${repository?.id}`;
    let end = this.#json.get(key);
    if (end === undefined) {
      end = JSON.stringify({ package: affected, distribution, repository }).slice(1);
      this.#json.set(key, end);
    }
    return `${JSON.stringify(own).slice(0, -1)},${end}`;
  }
}

/** Three thousand findings have a few hundred scores. */
class Scores {
  readonly #json = new Map<string, string | undefined>();

  /** `undefined`: one that Quay cannot show. */
  json({ score, vector }: { readonly score: number; readonly vector: string }): string | undefined {
    const key = `${score} ${vector}`;
    if (!this.#json.has(key)) this.#json.set(key, JSON.stringify(cvssData(score, vector)));
    return this.#json.get(key);
  }
}
