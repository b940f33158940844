// Findings of the operating system and of components updated with it: rule R9 over the decisions of R1 to R8.
import type { Advisories, AdvisoryEntry } from '../model/advisories.ts';
import type { Finding, FindingStatus } from '../model/finding.ts';
import type { InventoryPackage, OperatingSystem } from '../model/inventory.ts';
import type { Where } from '../model/where.ts';
import { formatWindowsVersion } from '../model/windows-version.ts';
import { msrcProduct, type WindowsRelease } from '../windows/releases.ts';
import { entryFinding, unfixedStatus, type Verdict } from './entry-finding.ts';
import { decideFixes, type FixDecision } from './fix-decision.ts';
import { productsOf } from './products/product-index.ts';
import { triage } from './triage.ts';

/**
 * Every finding of `subject`, guidance (`advisory`) included; in the order of the documents. `files` are the component
 * files that the image has; `undefined`: it was not read whole. `ids`: of these entries alone.
 */
export function matchOperatingSystem(
  os: OperatingSystem,
  subject: InventoryPackage,
  release: WindowsRelease,
  advisories: Advisories,
  files: ReadonlySet<string> | undefined,
  ids?: ReadonlySet<string>,
): Finding[] {
  return windowsProducts(os, subject, release, advisories).flatMap((product) =>
    fixDecisions(advisories, release, product).flatMap((decision) => {
      if (ids && !ids.has(decision.entry.id)) return [];
      const status = statusOf(decision, os.revision);
      if (!status) return [];
      const verdict = toVerdict(decision, status, os.build, product);
      return [
        entryFinding({ ...verdict, where: whereOf(decision.entry, subject, files) }, subject, advisories),
      ];
    }),
  );
}

/** A component that is a package of its own was found in the image. */
function whereOf(
  entry: AdvisoryEntry,
  subject: InventoryPackage,
  files: ReadonlySet<string> | undefined,
): Where {
  if (subject.match?.by === 'windows-component') {
    return { class: 'image', reason: `the image has ${subject.match.component}` };
  }
  return triage(entry, files);
}

/** IDs of the system's own product, or of a component on it. */
export function windowsProducts(
  os: OperatingSystem,
  { match }: InventoryPackage,
  release: WindowsRelease,
  advisories: Advisories,
): readonly string[] {
  const platform = msrcProduct(release, os.installationType);
  return match?.by === 'windows-component'
    ? productsOf(advisories).windowsComponent(match.component, platform)
    : [platform];
}

/** Decisions depend on the product alone, not on the image; a service asks for the same dozen all day. */
const decided = new WeakMap<Advisories, Map<string, readonly FixDecision[]>>();

/** One decision an ID for a product of a release. */
export function fixDecisions(
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
  if (decision.rule === 'R8') return unfixedStatus(decision.entry);
  // A fix exists but its revision cannot be told: saying "clean" would be the worse mistake.
  if (decision.revision === undefined) return 'affected';
  return installed < decision.revision ? 'affected' : undefined;
}

function toVerdict(decision: FixDecision, status: FindingStatus, build: number, product: string): Verdict {
  const { entry, revision, rule, kbs } = decision;
  return {
    entry,
    product,
    status,
    rule,
    fixedIn: revision === undefined ? undefined : formatWindowsVersion({ build, revision }),
    kbs,
    note: noteOf(decision),
    // Which revision fixes it is not known, so neither is whether this one does.
    uncertain: rule === 'unplaced',
  };
}

function noteOf(decision: FixDecision): string | undefined {
  if (decision.revision === undefined && decision.rule === 'unplaced') {
    return 'a fix is published, but its revision on this build cannot be told';
  }
  const remarks = [
    ...(decision.hotpatchOnly ? ['only a hotpatch is published (R2)'] : []),
    ...(decision.conflict ? [`the document names the revisions ${decision.conflict.join(', ')} (R7)`] : []),
  ];
  return remarks.join('; ') || undefined;
}
