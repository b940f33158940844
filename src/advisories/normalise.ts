// Turns one CVRF document into the entries that are kept: no Linux distribution, no pseudo ID, only real fixes.
import type {
  CvrfDocument,
  CvrfRemediation,
  CvrfThreat,
  CvrfVulnerability,
} from '../formats/cvrf/cvrf-document.ts';

/** What is kept of one document: plain data, stored as JSON beside the other documents. */
export interface DocumentRecord {
  readonly id: string;
  /** CurrentReleaseDate, ISO 8601 with zone. */
  readonly released: string;
  /** Vulnerabilities in the document as served, kept or not: what the guard compares. */
  readonly served: number;
  /** Names of the product IDs that the entries mention. */
  readonly products: Readonly<Record<string, string>>;
  readonly entries: readonly EntryRecord[];
}

export interface EntryRecord {
  readonly id: string;
  readonly title: string;
  readonly component?: string;
  readonly published?: string;
  readonly exploited?: true;
  readonly publiclyDisclosed?: true;
  readonly affected: readonly string[];
  readonly fixes: readonly FixRecord[];
  readonly severities: readonly { value: string; products: readonly string[] }[];
  readonly scores: readonly { score: number; vector: string; products: readonly string[] }[];
}

export interface FixRecord {
  readonly kb?: string;
  readonly fixedBuild?: string;
  readonly subType?: string;
  readonly products?: readonly string[];
}

/** Rule R0: only real identifiers. "CVE-2022-2601-M" and "… do not use this one" stand in the documents too. */
const IDENTIFIER = /^(?:CVE-\d{4}-\d{4,}|ADV\d+)$/;

/** Packages of Microsoft's own Linux distributions: about half of all entries, never in a Windows image. */
const LINUX_DISTRIBUTION = /\b(?:azure linux|cbl[- ]mariner) \d+(?:\.\d+)*(?: (?:x64|arm))?$/i;

/** For the parser, which then passes over what would be dropped here. */
export function isKeptProduct(name: string | undefined): boolean {
  return !LINUX_DISTRIBUTION.test(name ?? '');
}

export function normalise(document: CvrfDocument): DocumentRecord {
  const isKept = (product: string): boolean => isKeptProduct(document.products.get(product));
  const entries: EntryRecord[] = [];
  const mentioned = new Set<string>();
  for (const vulnerability of document.vulnerabilities) {
    if (!IDENTIFIER.test(vulnerability.cve)) continue;
    const affected = unique(vulnerability.knownAffected.filter(isKept));
    if (affected.length === 0) continue;
    for (const product of affected) mentioned.add(product);
    entries.push(normaliseEntry(vulnerability, affected));
  }
  const products: Record<string, string> = {};
  for (const product of mentioned) products[product] = document.products.get(product) ?? '';
  return {
    id: document.id,
    released: withZone(document.currentRelease),
    served: document.served,
    products,
    entries,
  };
}

function normaliseEntry(vulnerability: CvrfVulnerability, affected: readonly string[]): EntryRecord {
  const wanted = new Set(affected);
  const exploitStatusSays = (words: RegExp): boolean =>
    vulnerability.threats.some(
      (threat) => threat.type === 'Exploit Status' && words.test(threat.description),
    );
  const published = [...vulnerability.revisionDates].sort()[0]?.slice(0, 10);
  return {
    id: vulnerability.cve,
    title: vulnerability.title,
    ...(vulnerability.tag ? { component: vulnerability.tag } : {}),
    ...(published ? { published } : {}),
    ...(exploitStatusSays(/\bExploited:Yes\b/) ? { exploited: true as const } : {}),
    ...(exploitStatusSays(/\bPublicly Disclosed:Yes\b/) ? { publiclyDisclosed: true as const } : {}),
    affected,
    fixes: vulnerability.remediations.flatMap((remediation) => normaliseFix(remediation, wanted)),
    severities: severities(vulnerability.threats, wanted),
    scores: scores(vulnerability, wanted),
  };
}

/** Rule R1: only a Vendor Fix is a fix; a Known Issue carries KB digits too. */
function normaliseFix(remediation: CvrfRemediation, wanted: ReadonlySet<string>): FixRecord[] {
  if (remediation.type !== 'Vendor Fix') return [];
  const products = unique(remediation.products.filter((product) => wanted.has(product)));
  const forAll = remediation.products.length === 0;
  if (products.length === 0 && !forAll) return [];
  const kb = /^(?:KB)?([1-9]\d{5,7})$/i.exec(remediation.description)?.[1];
  return [
    {
      ...(kb ? { kb } : {}),
      ...(remediation.fixedBuild ? { fixedBuild: remediation.fixedBuild } : {}),
      ...(remediation.subType ? { subType: remediation.subType } : {}),
      ...(forAll ? {} : { products }),
    },
  ];
}

function severities(threats: readonly CvrfThreat[], wanted: ReadonlySet<string>): EntryRecord['severities'] {
  const groups = new Map<string, string[]>();
  for (const threat of threats) {
    if (threat.type !== 'Severity' || threat.description === '') continue;
    const products = threat.products.length > 0 ? threat.products : [...wanted];
    for (const product of products) {
      if (wanted.has(product)) group(groups, threat.description, product);
    }
  }
  return [...groups].map(([value, products]) => ({ value, products: unique(products) }));
}

function scores(vulnerability: CvrfVulnerability, wanted: ReadonlySet<string>): EntryRecord['scores'] {
  const groups = new Map<string, { score: number; vector: string; products: string[] }>();
  for (const { baseScore, vector, products } of vulnerability.scores) {
    const score = Number.parseFloat(baseScore);
    if (!(score >= 0 && score <= 10) || vector === '') continue;
    const key = `${score} ${vector}`;
    const entry = groups.get(key) ?? { score, vector, products: [] };
    groups.set(key, entry);
    for (const product of products.length > 0 ? products : wanted) {
      if (wanted.has(product)) entry.products.push(product);
    }
  }
  return [...groups.values()].filter((entry) => entry.products.length > 0);
}

function group(groups: Map<string, string[]>, key: string, product: string): void {
  const products = groups.get(key);
  if (products) products.push(product);
  else groups.set(key, [product]);
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}

/** The documents give UTC without saying so; the index says `Z`. */
function withZone(date: string): string {
  return /(?:Z|[+-]\d\d:\d\d)$/.test(date) ? date : `${date}Z`;
}
