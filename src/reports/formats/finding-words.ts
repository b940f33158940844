// What several formats say of a finding: its package, what ends it, why it may not matter.
import type { Finding } from '../../model/finding.ts';
import type { Report, ReportAdvisories, ReportPackage } from '../../model/report.ts';
import type { ExploitPrediction, KnownExploited } from '../../model/threats.ts';

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

/** Who attacks it, where it runs and how sure it is; empty when there is nothing to say. */
export function remarks(finding: Finding): string[] {
  const { where, note, uncertain, exploited, publiclyDisclosed } = finding;
  return [
    ...(exploited ? ['Microsoft knows of attacks'] : []),
    ...threatRemarks(finding),
    ...(publiclyDisclosed ? ['It was publicly disclosed before it was fixed'] : []),
    ...(where ? [`Where: ${where.class}, ${where.reason}`] : []),
    ...(note === null ? [] : [`${uncertain ? 'Uncertain: ' : ''}${note}`]),
  ];
}

/** What CISA and EPSS know of attacks. */
export function threatRemarks({ kev, epss }: Pick<Finding, 'kev' | 'epss'>): string[] {
  return [...(kev ? [kevWords(kev)] : []), ...(epss ? [epssWords(epss)] : [])];
}

/** Who knows of attacks, beside a severity. */
export function attackWords({ exploited, kev }: Pick<Finding, 'exploited' | 'kev'>): string[] {
  return [...(exploited ? ['exploited'] : []), ...(kev ? ['KEV'] : [])];
}

function kevWords({ added, due, ransomware }: KnownExploited): string {
  const how = ransomware ? ', in ransomware campaigns' : '';
  return `CISA knows it to be exploited${how}: ${due === null ? `listed ${added}` : `due ${due}`}`;
}

/** The percentile is rounded down: nothing is higher than 100 % of all. */
function epssWords({ probability, percentile }: ExploitPrediction): string {
  const shown = probability < 0.005 ? 'under 0.01' : probability.toFixed(2);
  return `EPSS ${shown}, higher than ${Math.floor(Math.min(percentile, 0.99) * 100 + 1e-9)} % of all`;
}

/** What the report knows of attacks beside Microsoft's word, and of when; empty when nothing was fetched. */
export function threatSources({ kevFetchedAt, epssFetchedAt }: ReportAdvisories): string[] {
  return [
    ...(kevFetchedAt === null ? [] : [`CISA KEV read ${kevFetchedAt.slice(0, 10)}`]),
    ...(epssFetchedAt === null ? [] : [`EPSS read ${epssFetchedAt.slice(0, 10)}`]),
  ];
}

/** The image without its tag or digest: what stays the same from one build to the next. */
export function imageName({ image }: Report): string {
  return image.target.replace(/@sha256:.*$/, '').replace(/:[^:/]*$/, '');
}
