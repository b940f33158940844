// OpenVEX 0.2.0: what does not affect the image although it is listed, and what does (https://github.com/openvex/spec).
import type { Finding } from '../../model/finding.ts';
import type { Report, ReportPackage, SuppressedFinding } from '../../model/report.ts';
import { packagesOf, remedy } from './finding-words.ts';
import { FormatError } from './format-error.ts';
import { stableUuid } from './stable-uuid.ts';

/** @throws FormatError when there is nothing to state: a document without statements is none. */
export function renderOpenVex(report: Report): string {
  const packages = packagesOf(report);
  const statements = [
    ...report.findings.map((finding) => statement(finding, undefined, report, packages)),
    ...report.suppressed.map((each) => statement(each.finding, each, report, packages)),
    ...fixed(report),
  ];
  if (statements.length === 0) {
    const why = report.os ? 'nothing was found in the image' : 'no Windows was judged in the image';
    throw new FormatError('NOTHING_TO_STATE', `${why}, so that there is nothing to state; take -o json`);
  }
  const document = {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': `urn:uuid:${stableUuid('openvex', report.image.target, report.image.digest ?? '', report.created)}`,
    author: 'Clearstory',
    role: 'Document Creator',
    timestamp: report.created,
    version: 1,
    tooling: `clearstory ${report.tool.version}`,
    statements,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function statement(
  finding: Finding,
  aside: SuppressedFinding | undefined,
  report: Report,
  packages: ReadonlyMap<string, ReportPackage>,
): object {
  const { id, links } = finding;
  const subject = packages.get(finding.package);
  const part = partOf(subject, finding.installed);
  return {
    vulnerability: { ...(links[0] !== undefined && { '@id': links[0] }), name: id },
    products: [{ '@id': productOf(report), subcomponents: [{ '@id': part }] }],
    ...judgement(finding, aside),
  };
}

/** What scanners report that go by the version of a file which Windows services itself. */
function fixed(report: Report): object[] {
  const os = report.packages.find(({ kind }) => kind === 'os');
  if (!os) return [];
  const product = { '@id': productOf(report), subcomponents: [{ '@id': partOf(os, os.version) }] };
  return report.fixed.map((name) => ({
    vulnerability: { '@id': `https://msrc.microsoft.com/update-guide/vulnerability/${name}`, name },
    products: [product],
    status: 'fixed',
  }));
}

function partOf(subject: ReportPackage | undefined, version: string): string {
  return subject?.purl ?? `urn:clearstory:package:${encodeURIComponent(`${subject?.name ?? ''}@${version}`)}`;
}

function judgement(finding: Finding, aside: SuppressedFinding | undefined): object {
  if (aside) return settled(finding, aside);
  if (finding.where?.class === 'absent') {
    return {
      status: 'not_affected',
      // With a justification there must be no impact statement.
      justification: 'vulnerable_code_not_present',
      status_notes: finding.where.reason,
    };
  }
  if (finding.uncertain)
    return { status: 'under_investigation', status_notes: finding.note ?? 'not decided' };
  const action = { status: 'affected', action_statement: `${remedy(finding)}.` };
  // With process isolation it is the host that has to be updated, whatever the image says.
  return finding.where?.class === 'host' ? { ...action, status_notes: finding.where.reason } : action;
}

/** What a VEX statement says is passed on. A rule accepts the risk: the image is affected all the same. */
function settled(finding: Finding, { by, reason, verdict }: SuppressedFinding): object {
  const why = `${reason ?? 'no reason given'}; by ${by}`;
  if (verdict === 'not-affected') return { status: 'not_affected', impact_statement: why };
  if (verdict === 'fixed') return { status: 'fixed', status_notes: why };
  const judged = judgement(finding, undefined);
  return { ...judged, status_notes: `Accepted: ${why}` };
}

/** An image is named by its digest as far as it has one: tags move. */
function productOf({ image }: Report): string {
  if (image.digest === null) return `urn:clearstory:image:${encodeURIComponent(image.target)}`;
  const name =
    image.target
      .split('/')
      .at(-1)
      ?.replace(/[:@].*$/, '') || 'image';
  return `pkg:oci/${encodeURIComponent(name)}@${encodeURIComponent(image.digest)}`;
}
