// Builds CVRF documents shaped like MSRC's, and feeds of them in a directory.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface CvrfSpec {
  /** `2026-Jun`. */
  id: string;
  /** CurrentReleaseDate without zone, as MSRC writes it. */
  released?: string;
  products: Record<string, string>;
  vulnerabilities: VulnerabilitySpec[];
}

export interface VulnerabilitySpec {
  id: string;
  title?: string;
  /** The component. */
  tag?: string;
  affected: string[];
  fixes?: RemediationSpec[];
  /** One word for all affected products, or one per product. */
  severity?: string | Record<string, string>;
  score?: number | Record<string, number>;
  vector?: string;
  exploited?: boolean;
  disclosed?: boolean;
  /** `yyyy-mm-dd`; the entry was also revised a year later. */
  published?: string;
}

export interface RemediationSpec {
  kb?: string;
  /** Words where other remediations have the KB. */
  description?: string;
  /** Default: `Vendor Fix`. */
  type?: string;
  subType?: string;
  fixedBuild?: string;
  /** Default: none are named, which means every product of the entry. */
  products?: string[];
}

const DEFAULT_RELEASED = '2026-06-09T07:00:00';
const DEFAULT_VECTOR = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

/** One document as XML. */
export function buildCvrf(spec: CvrfSpec): string {
  const released = spec.released ?? DEFAULT_RELEASED;
  const products = Object.entries(spec.products).map(
    ([id, name]) =>
      `<prod:FullProductName\n          ProductID="${escaped(id)}">${escaped(name)}</prod:FullProductName>`,
  );
  return `<cvrf:cvrfdoc
  xmlns:vuln="http://www.icasi.org/CVRF/schema/vuln/1.1"
  xmlns:prod="http://www.icasi.org/CVRF/schema/prod/1.1"
  xmlns:cvrf="http://www.icasi.org/CVRF/schema/cvrf/1.1">
  ${element('cvrf:DocumentTitle', `Updates of ${spec.id}`)}
  <cvrf:DocumentTracking>
    <cvrf:Identification>
      ${element('cvrf:ID', spec.id)}
      ${element('cvrf:Alias', `Alias of ${spec.id}`)}
    </cvrf:Identification>
    <cvrf:RevisionHistory>
      <cvrf:Revision>${element('cvrf:Date', released)}</cvrf:Revision>
    </cvrf:RevisionHistory>
    ${element('cvrf:InitialReleaseDate', '2001-01-01T00:00:00')}
    ${element('cvrf:CurrentReleaseDate', released)}
  </cvrf:DocumentTracking>
  <cvrf:DocumentNotes>
    <cvrf:Note Title="Release Notes" Type="Details" Ordinal="0">&lt;h2&gt;A note &amp;amp; its HTML&lt;/h2&gt;</cvrf:Note>
  </cvrf:DocumentNotes>
  <prod:ProductTree>
    <prod:Branch Type="Vendor" Name="Example">
      <prod:Branch Type="Product Family" Name="Everything">
        ${products.join('\n        ')}
      </prod:Branch>
    </prod:Branch>
    ${products.join('\n    ')}
  </prod:ProductTree>
  ${spec.vulnerabilities.map(vulnerability).join('\n  ')}
</cvrf:cvrfdoc>
`;
}

export interface FeedOptions {
  compress?: 'gz' | 'none';
  /** IDs of documents that the index leaves out. */
  unlisted?: string[];
}

/** The answer of MSRC's `/updates` for these documents. */
export function buildFeedIndex(documents: readonly CvrfSpec[]): string {
  return JSON.stringify({
    '@odata.context': 'https://example.com/$metadata#Updates',
    value: documents.map(({ id, released = DEFAULT_RELEASED }) => ({
      ID: id,
      Alias: id,
      DocumentTitle: `Updates of ${id}`,
      Severity: null,
      InitialReleaseDate: '2001-01-01T00:00:00Z',
      CurrentReleaseDate: `${released}Z`,
    })),
  });
}

/** Writes `index.json` and one file per document; files that lie there from before stay. */
export async function writeFeed(
  directory: string,
  documents: readonly CvrfSpec[],
  { compress = 'none', unlisted = [] }: FeedOptions = {},
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const listed = documents.filter((document) => !unlisted.includes(document.id));
  await writeFile(join(directory, 'index.json'), buildFeedIndex(listed));
  for (const document of documents) {
    const xml = buildCvrf(document);
    const path = join(directory, `${document.id}.xml`);
    if (compress === 'gz') await writeFile(`${path}.gz`, gzipSync(xml));
    else await writeFile(path, xml);
  }
}

function vulnerability(spec: VulnerabilitySpec, index: number): string {
  return `<vuln:Vulnerability Ordinal="${index}">
    ${element('vuln:Title', spec.title ?? `Title of ${spec.id}`)}
    <vuln:Notes>
      <vuln:Note Title="Description" Type="Description" Ordinal="0" />
      <vuln:Note Title="FAQ" Type="FAQ" Ordinal="10">&lt;p&gt;Is it &lt;b&gt;bad&lt;/b&gt;?&lt;/p&gt;</vuln:Note>
      ${spec.tag === undefined ? '' : `<vuln:Note Title="Tag" Type="Tag" Ordinal="20">${escaped(spec.tag)}</vuln:Note>`}
      <vuln:Note Title="CNA" Type="CNA" Ordinal="30">Example</vuln:Note>
    </vuln:Notes>
    ${element('vuln:CVE', spec.id)}
    <vuln:CWE ID="CWE-1">A weakness</vuln:CWE>
    <vuln:ProductStatuses>
      <vuln:Status Type="Known Affected">
        ${productIds(spec.affected)}
      </vuln:Status>
    </vuln:ProductStatuses>
    <vuln:Threats>
      ${threats(spec).join('\n      ')}
    </vuln:Threats>
    <vuln:CVSSScoreSets>
      ${scoreSets(spec).join('\n      ')}
    </vuln:CVSSScoreSets>
    <vuln:Remediations>
      ${(spec.fixes ?? []).map(remediation).join('\n      ')}
    </vuln:Remediations>
    <vuln:Acknowledgments>
      <vuln:Acknowledgment><vuln:Name>Somebody</vuln:Name><vuln:URL /></vuln:Acknowledgment>
    </vuln:Acknowledgments>
    <vuln:RevisionHistory>
      ${revisions(spec.published ?? '2026-06-09').join('\n      ')}
    </vuln:RevisionHistory>
  </vuln:Vulnerability>`;
}

function threats(spec: VulnerabilitySpec): string[] {
  const yes = (flag: boolean | undefined): string => (flag ? 'Yes' : 'No');
  const exploit = `Publicly Disclosed:${yes(spec.disclosed)};Exploited:${yes(spec.exploited)};Latest Software Release:N/A`;
  return [
    threat('Impact', 'Remote Code Execution', spec.affected),
    ...eachProduct(spec, spec.severity).map(([product, word]) => threat('Severity', word, [product])),
    threat('Exploit Status', exploit, []),
  ];
}

function threat(type: string, description: string, products: readonly string[]): string {
  return `<vuln:Threat Type="${type}">
        ${element('vuln:Description', description)}
        ${productIds(products)}
      </vuln:Threat>`;
}

function scoreSets(spec: VulnerabilitySpec): string[] {
  return eachProduct(spec, spec.score).map(
    ([product, score]) => `<vuln:ScoreSet>
        ${element('vuln:BaseScore', score.toFixed(1))}
        ${element('vuln:TemporalScore', '0.1')}
        ${element('vuln:Vector', spec.vector ?? DEFAULT_VECTOR)}
        ${productIds([product])}
      </vuln:ScoreSet>`,
  );
}

function remediation(spec: RemediationSpec): string {
  return `<vuln:Remediation Type="${escaped(spec.type ?? 'Vendor Fix')}">
        ${element('vuln:Description', spec.kb ?? spec.description)}
        <vuln:URL />
        ${productIds(spec.products ?? [])}
        <vuln:AffectedFiles />
        ${element('vuln:RestartRequired', 'Yes')}
        ${element('vuln:SubType', spec.subType)}
        ${element('vuln:FixedBuild', spec.fixedBuild)}
      </vuln:Remediation>`;
}

/** Newest first, as MSRC writes them. */
function revisions(published: string): string[] {
  const revised = published.replace(/^\d+/, (year) => String(Number(year) + 1));
  return [revised, published].map(
    (date, index) =>
      `<vuln:Revision>${element('cvrf:Number', `${2 - index}.0`)}${element('cvrf:Date', `${date}T07:00:00`)}` +
      `${element('cvrf:Description', '<p>Published & revised.</p>')}</vuln:Revision>`,
  );
}

function eachProduct<T>(spec: VulnerabilitySpec, value: T | Record<string, T> | undefined): [string, T][] {
  if (value === undefined) return [];
  if (typeof value === 'object') return Object.entries(value as Record<string, T>);
  return spec.affected.map((product) => [product, value]);
}

function productIds(ids: readonly string[]): string {
  return ids.map((id) => element('vuln:ProductID', id)).join('\n        ');
}

function element(name: string, text: string | undefined): string {
  return text === undefined ? '' : `<${name}>${escaped(text)}</${name}>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
