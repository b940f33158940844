// What Quay makes of a vulnerability report and its pages show, stated anew; whatever would crash or mislead them throws.

/** One row of Quay's list of packages. */
export interface QuayFeature {
  readonly name: string;
  readonly version: string;
  /** Digest of the layer. */
  readonly addedBy: string;
  readonly cveIds: readonly string[];
  readonly vulnerabilities: readonly QuayVulnerability[];
}

/** One row of Quay's report. */
export interface QuayVulnerability {
  readonly name: string;
  readonly severity: string;
  readonly issuedBy: string;
  /** What the name is linked to. */
  readonly href: string;
  readonly fixedBy: string;
  readonly description: string;
  readonly distribution: string;
  readonly score: number | '';
  readonly vector: string;
}

type Json = Record<string, unknown>;

interface Report {
  readonly packages: Readonly<Record<string, Json>>;
  readonly environments: Readonly<Record<string, readonly Json[]>>;
  readonly vulnerabilities: Readonly<Record<string, Json>>;
  readonly package_vulnerabilities: Readonly<Record<string, readonly string[]>>;
  readonly enrichments?: Readonly<Record<string, readonly unknown[]>>;
}

/** The table of the page that explains a vector. */
const METRICS: Readonly<Record<string, string>> = {
  AV: 'NALP',
  AC: 'LH',
  PR: 'NLH',
  UI: 'NR',
  S: 'UC',
  C: 'HLN',
  I: 'HLN',
  A: 'HLN',
  E: 'XHFPU',
  RL: 'XUWTO',
  RC: 'XCRU',
};

const CVE = /CVE-\d{4}-\d{4,7}/g;

/** What the tag list says of a scanned image. */
export function quayTagStatus(features: readonly QuayFeature[]): string {
  if (features.length === 0) return 'Unsupported';
  const found = features.flatMap(({ vulnerabilities }) => vulnerabilities.map(({ severity }) => severity));
  const worst = ['Critical', 'High', 'Medium', 'Low', 'Negligible', 'Unknown'].find((word) =>
    found.includes(word),
  );
  return worst === undefined ? 'None Detected' : `${found.filter((word) => word === worst).length} ${worst}`;
}

/** `document` as it comes over the wire. Throws on every trap that Quay or its pages fall into. */
export function quayFeatures(document: string): QuayFeature[] {
  const report = JSON.parse(document) as Report;
  refuseNull(report, 'report');
  const used = new Set<string>();
  const rows = new Set<string>();
  return Object.entries(report.packages).map(([id, { name, version }]) => {
    const row = `${name} ${version}`;
    if (rows.has(row)) throw new Error(`two packages are ${row}: the table has one key for both`);
    rows.add(row);
    const [environment] = report.environments[id] ?? [];
    if (!environment) throw new Error(`package ${row} has no environment`);
    const vulnerabilities = (report.package_vulnerabilities[id] ?? []).map((vulnerabilityId) => {
      const value = report.vulnerabilities[vulnerabilityId];
      if (!value) throw new Error(`${vulnerabilityId} is not among the vulnerabilities`);
      const key = `${row} ${String(value.name)}`;
      if (used.has(key)) throw new Error(`${key} is listed twice: Quay drops one`);
      used.add(key);
      return toVulnerability(vulnerabilityId, value, report);
    });
    const links = (report.package_vulnerabilities[id] ?? []).map((each) =>
      String(report.vulnerabilities[each]!.links),
    );
    return {
      name: String(name),
      version: String(version),
      addedBy: String(environment.introduced_in),
      cveIds: [...new Set(links.flatMap((link) => link.match(CVE) ?? []))],
      vulnerabilities,
    };
  });
}

function toVulnerability(id: string, value: Json, report: Report): QuayVulnerability {
  const links = String(value.links);
  checkLinks(id, String(value.name), links);
  const { score, vector } = scoreOf(id, report);
  if (vector !== '') checkVector(id, vector);
  if ('range' in value) throw new Error(`${id} has a range, which must be text for Quay and none for Clair`);
  const { updater, description, distribution } = value as {
    updater: string;
    description: string;
    distribution?: Json;
  };
  if (updater.length > 20 || updater.includes('/'))
    throw new Error(`"issued by ${updater}" reads like a path`);
  return {
    name: String(value.name),
    severity: severityOf(id, String(value.normalized_severity), score),
    issuedBy: updater.split(':')[0] ?? '',
    href: links.split(' ')[0] ?? '',
    fixedBy: fixedBy(String(value.fixed_in_version)),
    description,
    distribution: String(distribution?.name ?? ''),
    score,
    vector,
  };
}

/** Of the first enrichment, its first element alone. */
function scoreOf(id: string, { enrichments = {} }: Report): { score: number | ''; vector: string } {
  const [first] = Object.values(enrichments);
  if (first === undefined) return { score: '', vector: '' };
  const [scores] = first as readonly [Readonly<Record<string, readonly Json[]>>?];
  if (scores === undefined) throw new Error('the first enrichment is empty');
  const own = scores[id];
  if (own === undefined) return { score: '', vector: '' };
  const [highest] = [...own].sort((a, b) => Number(b.baseScore) - Number(a.baseScore));
  if (typeof highest?.baseScore !== 'number') throw new Error(`the scores of ${id} have no baseScore`);
  return { score: highest.baseScore, vector: String(highest.vectorString ?? '') };
}

function severityOf(id: string, stated: string, score: number | ''): string {
  if (stated !== 'Unknown' || score === '') return stated;
  if (score >= 10) throw new Error(`${id} has 10.0 and Unknown: Quay leaves it Unknown`);
  if (score >= 9) return 'Critical';
  if (score >= 7) return 'High';
  if (score >= 4) return 'Medium';
  return score > 0 ? 'Low' : 'Unknown';
}

/** What parses as a query with the key `fixed` is one. */
function fixedBy(stated: string): string {
  if (stated === '0') return '';
  return new URLSearchParams(stated).get('fixed') ?? stated;
}

function checkLinks(id: string, name: string, links: string): void {
  if (/[\n\t,]|^ | $| {2}/.test(links))
    throw new Error(`the links of ${id} are not separated by one space each`);
  const named = new Set(links.match(CVE) ?? []);
  if (/^CVE-\d/.test(name) && (named.size !== 1 || !named.has(name))) {
    throw new Error(`the links of ${name} name ${[...named].join(', ') || 'no CVE'}`);
  }
}

function checkVector(id: string, vector: string): void {
  const [prefix = '', ...metrics] = vector.split('/');
  if (!/^CVSS:3\.[01]$/.test(prefix))
    throw new Error(`${id}: the page drops ${prefix} and shows a vector without it`);
  for (const metric of metrics) {
    const [name = '', value = ''] = metric.split(':');
    if (value.length !== 1 || !METRICS[name]?.includes(value))
      throw new Error(`${id}: ${metric} takes the page down`);
  }
}

function refuseNull(value: unknown, key: string): void {
  if (value === null) throw new Error(`${key} is null`);
  if (typeof value !== 'object') return;
  for (const [name, each] of Object.entries(value as Json)) refuseNull(each, name);
}
