// The report as Clair writes it, for what reads clairctl's output; the same document that the service gives Quay.
import { createHash } from 'node:crypto';
import type { ClairVulnerability, ClairVulnerabilityReport } from '../../model/clair.ts';
import type { IndexedImage, IndexedPackage } from '../../model/indexed-image.ts';
import type { Report, ReportPackage } from '../../model/report.ts';
import { contentOf } from '../clair/content.ts';
import { cvssData } from '../clair/cvss-data.ts';
import { ANY_WINDOWS, distributionOf } from '../clair/distribution.ts';
import { indexedSystem } from '../clair/indexed-image.ts';
import { noticeVulnerabilities } from '../clair/notice-vulnerabilities.ts';
import { vulnerability } from '../clair/vulnerability.ts';
import { CVSS } from '../clair/vulnerability-report.ts';

/** Suppressed findings have no place in the document: they are left out. */
export function renderClair(report: Report): string {
  const { image } = report;
  const layers = [...new Set(image.layers.map(({ digest }) => digest))];
  const indexed = indexedOf(report, layers);
  const system = indexed.system ? distributionOf(indexed.system) : ANY_WINDOWS;
  const vulnerabilities: Record<string, ClairVulnerability> = {};
  const byPackage: Record<string, string[]> = {};
  const scores: Record<string, unknown[]> = {};
  const add = (own: string, each: ClairVulnerability): void => {
    vulnerabilities[each.id] = each;
    byPackage[own] = [...new Set([...(byPackage[own] ?? []), each.id])];
  };
  const names = new Map(report.packages.map((each) => [each.id, each]));
  for (const finding of report.findings) {
    const subject = names.get(finding.package);
    if (!subject) continue;
    const id = idOf(subject);
    const each = vulnerability(finding, { id, name: subject.name, distribution: system, suffix: id });
    add(id, each);
    const score = finding.cvss && cvssData(finding.cvss.score, finding.cvss.vector);
    if (score) scores[each.id] = [score];
  }
  const notices = noticeVulnerabilities(indexed, {
    now: new Date(report.created),
    fetchedAt: report.advisories.fetchedAt,
    // When they were not, a notice says so.
    librariesMatched: true,
  });
  for (const notice of notices) add(indexed.packages[0]!.id, notice);
  const document: ClairVulnerabilityReport = {
    ...contentOf(image.digest ?? layers.at(-1) ?? '', indexed, layers),
    vulnerabilities,
    package_vulnerabilities: byPackage,
    enrichments: Object.keys(scores).length > 0 ? { [CVSS]: [scores] } : {},
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** Packages of one name and version are one, in several places: Quay tells them apart by nothing else. */
function indexedOf(report: Report, layers: readonly string[]): IndexedImage {
  const packages = new Map<string, IndexedPackage>();
  for (const each of report.packages) {
    if (each.kind === 'update' || each.kind === 'component') continue;
    const id = idOf(each);
    const place = {
      database: `windows:${each.evidence[0]?.path ?? ''}`,
      layer: Math.max(0, layers.indexOf(each.introducedIn ?? '')),
    };
    const known = packages.get(id);
    packages.set(id, {
      id,
      name: each.name,
      version: each.version,
      kind: each.kind,
      places: [...(known?.places ?? []), place],
    });
  }
  return {
    ...(report.os && { system: indexedSystem(report.os) }),
    packages: [...packages.values()],
    subjects: [],
    notices: report.notices,
  };
}

function idOf({ name, version }: ReportPackage): string {
  return createHash('sha256')
    .update(JSON.stringify([name, version]))
    .digest('hex')
    .slice(0, 12);
}
