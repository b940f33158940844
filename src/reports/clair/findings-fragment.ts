// The findings of one subject as parts of a report: rendered once, joined into the report of every image that has it.
import type { Finding } from '../../model/finding.ts';
import type { MatchSubject } from '../../model/match-subject.ts';
import { type BodyPart, bodyPart, bytesOfPart } from './body-parts.ts';
import { cvssData } from './cvss-data.ts';
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
  const vulnerabilities: string[] = [];
  const enrichments: string[] = [];
  const scores = new Scores();
  const idsOf = new Map<string, string[]>();
  const affected = new Map(
    subject.inventory.packages.map((each) => [each.id, affectedPackage(subject, each)]),
  );
  for (const finding of findings) {
    const value = vulnerability(finding, affected.get(finding.package)!);
    const key = JSON.stringify(value.id);
    vulnerabilities.push(`${key}:${JSON.stringify(value)}`);
    const score = finding.cvss && scores.json(finding.cvss);
    if (score) enrichments.push(`${key}:[${score}]`);
    const ids = idsOf.get(finding.package) ?? [];
    ids.push(key);
    idsOf.set(finding.package, ids);
  }
  if (vulnerabilities.length === 0) return undefined;
  const parts = await Promise.all([
    bodyPart(vulnerabilities.join(',')),
    enrichments.length === 0 ? undefined : bodyPart(enrichments.join(',')),
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
