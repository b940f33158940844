// Makes a finding of an advisory entry, once a rule has decided it.
import type { Advisories, AdvisoryEntry, PerProducts } from '../model/advisories.ts';
import type { Finding, FindingStatus } from '../model/finding.ts';
import type { InventoryPackage } from '../model/inventory.ts';
import { severityFromMicrosoft } from '../model/severity.ts';
import type { Where } from '../model/where.ts';

/** What the rules of a product family say of one entry. */
export interface Verdict {
  readonly entry: AdvisoryEntry;
  /** The MSRC product that is judged: severity and score are its. */
  readonly product: string;
  readonly status: FindingStatus;
  readonly rule: string;
  /** First version with the fix. */
  readonly fixedIn: string | undefined;
  /** Digits only. */
  readonly kbs: readonly string[];
  readonly note: string | undefined;
  readonly uncertain: boolean;
  readonly where?: Where;
}

export function entryFinding(verdict: Verdict, subject: InventoryPackage, advisories: Advisories): Finding {
  const { entry, product, kbs } = verdict;
  return {
    id: entry.id,
    title: entry.title,
    component: entry.component ?? null,
    package: subject.id,
    installed: subject.version,
    fixedIn: { version: verdict.fixedIn ?? null, kb: kbs.map((kb) => `KB${kb}`) },
    status: verdict.status,
    severity: severityFromMicrosoft(forProduct(entry.severities, product)),
    cvss: forProduct(entry.scores, product) ?? null,
    exploited: entry.exploited,
    publiclyDisclosed: entry.publiclyDisclosed,
    kev: null,
    epss: null,
    published: entry.published ?? null,
    rule: verdict.rule,
    note: verdict.note ?? null,
    uncertain: verdict.uncertain,
    source: advisories.documents[entry.document]?.id ?? '',
    links: linksOf(entry, kbs),
    evidence: subject.evidence.slice(0, 2),
    where: verdict.where ?? null,
  };
}

/** Without a fix: guidance never ends by an update, everything else waits for one. */
export function unfixedStatus(entry: AdvisoryEntry): FindingStatus {
  return entry.id.startsWith('ADV') ? 'advisory' : 'no-fix';
}

function forProduct<T>(groups: readonly PerProducts<T>[], product: string): T | undefined {
  return groups.find((group) => group.products.has(product))?.value;
}

function linksOf(entry: AdvisoryEntry, kbs: readonly string[]): string[] {
  const kind = entry.id.startsWith('ADV') ? 'advisory' : 'vulnerability';
  return [
    `https://msrc.microsoft.com/update-guide/${kind}/${entry.id}`,
    ...kbs.map((kb) => `https://support.microsoft.com/help/${kb}`),
  ];
}
