// What several formats say of a finding: its package, what ends it, why it may not matter.
import type { Finding } from '../../model/finding.ts';
import type { Report, ReportPackage } from '../../model/report.ts';

/** Packages of a report by id. */
export function packagesOf({ packages }: Report): ReadonlyMap<string, ReportPackage> {
  return new Map(packages.map((each) => [each.id, each]));
}

/** `Windows Server 2022 (Server Core) 10.0.20348.2322`. */
export function packageLabel(each: ReportPackage | undefined, finding: Finding): string {
  return `${each?.name ?? finding.package} ${finding.installed}`.trim();
}

/** `Update to 10.0.20348.3807 (KB5060526) or later`, as a sentence without its full stop. */
export function remedy({ fixedIn, status }: Finding): string {
  const kb = fixedIn.kb.length > 0 ? ` (${fixedIn.kb.join(', ')})` : '';
  if (fixedIn.version !== null) return `Update to ${fixedIn.version}${kb} or later`;
  if (status === 'affected') return `A fix is published${kb}, but which version has it cannot be told`;
  if (status === 'inferred') return 'Move to a supported release: no fix will come for this one';
  return 'No fix is published';
}

/** Where it runs and how sure it is; empty when there is nothing to say. */
export function remarks({ where, note, uncertain, exploited, publiclyDisclosed }: Finding): string[] {
  return [
    ...(exploited ? ['Microsoft knows of attacks'] : []),
    ...(publiclyDisclosed ? ['It was publicly disclosed before it was fixed'] : []),
    ...(where ? [`Where: ${where.class}, ${where.reason}`] : []),
    ...(note === null ? [] : [`${uncertain ? 'Uncertain: ' : ''}${note}`]),
  ];
}

/** The image without its tag or digest: what stays the same from one build to the next. */
export function imageName({ image }: Report): string {
  return image.target.replace(/@sha256:.*$/, '').replace(/:[^:/]*$/, '');
}
