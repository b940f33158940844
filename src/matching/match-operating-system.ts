// Findings of the operating system: rule R9 over the decisions of R1 to R8.
import type { Advisories, AdvisoryEntry, PerProducts } from '../model/advisories.ts';
import type { Finding, FindingStatus } from '../model/finding.ts';
import type { InventoryPackage, OperatingSystem } from '../model/inventory.ts';
import { severityFromMicrosoft } from '../model/severity.ts';
import { formatWindowsVersion } from '../model/windows-version.ts';
import { msrcProduct, type WindowsRelease } from '../windows/releases.ts';
import { decideFixes, type FixDecision } from './fix-decision.ts';

/** Every finding, guidance (`advisory`) included; in the order of the documents. */
export function matchOperatingSystem(
  os: OperatingSystem,
  osPackage: InventoryPackage,
  release: WindowsRelease,
  advisories: Advisories,
): Finding[] {
  const product = msrcProduct(release, os.installationType);
  return decisionsFor(advisories, release, product).flatMap((decision) => {
    const status = statusOf(decision, os.revision);
    return status ? [toFinding(decision, status, os, osPackage, product, advisories)] : [];
  });
}

/** Decisions depend on the product alone, not on the image; a service asks for the same dozen all day. */
const decided = new WeakMap<Advisories, Map<string, readonly FixDecision[]>>();

function decisionsFor(
  advisories: Advisories,
  release: WindowsRelease,
  product: string,
): readonly FixDecision[] {
  const byProduct = decided.get(advisories) ?? new Map<string, readonly FixDecision[]>();
  decided.set(advisories, byProduct);
  let decisions = byProduct.get(product);
  if (!decisions) {
    decisions = strictest(decideFixes(advisories, release, product));
    byProduct.set(product, decisions);
  }
  return decisions;
}

/** An ID listed twice counts with its highest revision; no fix at all is higher than any. */
function strictest(decisions: readonly FixDecision[]): FixDecision[] {
  const byId = new Map<string, FixDecision>();
  const rank = (decision: FixDecision): number => decision.revision ?? Number.POSITIVE_INFINITY;
  for (const decision of decisions) {
    const known = byId.get(decision.entry.id);
    if (!known || rank(decision) > rank(known)) byId.set(decision.entry.id, decision);
  }
  return [...byId.values()];
}

function statusOf(decision: FixDecision, installed: number): FindingStatus | undefined {
  if (decision.rule === 'R8') return decision.entry.id.startsWith('ADV') ? 'advisory' : 'no-fix';
  // A fix exists but its revision cannot be told: saying "clean" would be the worse mistake.
  if (decision.revision === undefined) return 'affected';
  return installed < decision.revision ? 'affected' : undefined;
}

function toFinding(
  decision: FixDecision,
  status: FindingStatus,
  os: OperatingSystem,
  osPackage: InventoryPackage,
  product: string,
  advisories: Advisories,
): Finding {
  const { entry, revision } = decision;
  const version = revision === undefined ? null : formatWindowsVersion({ build: os.build, revision });
  return {
    id: entry.id,
    title: entry.title,
    package: osPackage.id,
    installed: osPackage.version,
    fixedIn: { version, kb: decision.kbs.map((kb) => `KB${kb}`) },
    status,
    severity: severityFromMicrosoft(forProduct(entry.severities, product)),
    cvss: forProduct(entry.scores, product) ?? null,
    exploited: entry.exploited,
    publiclyDisclosed: entry.publiclyDisclosed,
    published: entry.published ?? null,
    rule: decision.rule,
    note: noteOf(decision),
    source: advisories.documents[entry.document]?.id ?? '',
    links: linksOf(entry, decision),
    evidence: osPackage.evidence.slice(0, 2),
  };
}

function noteOf(decision: FixDecision): string | null {
  if (decision.revision === undefined && decision.rule === 'unplaced') {
    return 'a fix is published, but its revision on this build cannot be told';
  }
  const remarks = [
    ...(decision.hotpatchOnly ? ['only a hotpatch is published (R2)'] : []),
    ...(decision.conflict ? [`the document names the revisions ${decision.conflict.join(', ')} (R7)`] : []),
  ];
  return remarks.join('; ') || null;
}

function forProduct<T>(groups: readonly PerProducts<T>[], product: string): T | undefined {
  return groups.find((group) => group.products.has(product))?.value;
}

function linksOf(entry: AdvisoryEntry, decision: FixDecision): string[] {
  const kind = entry.id.startsWith('ADV') ? 'advisory' : 'vulnerability';
  return [
    `https://msrc.microsoft.com/update-guide/${kind}/${entry.id}`,
    ...decision.kbs.map((kb) => `https://support.microsoft.com/help/${kb}`),
  ];
}
