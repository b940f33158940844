// CycloneDX 1.6: what is in the image, its vulnerabilities, and what is known of their effect (https://cyclonedx.org/docs/1.6/json/).
import type { Finding } from '../../model/finding.ts';
import type { Report, ReportPackage, SuppressedFinding } from '../../model/report.ts';
import type { Severity } from '../../model/severity.ts';
import { adviceSentences } from '../advice-text.ts';
import { hiddenSentences } from '../set-aside.ts';
import { remarks, remedy } from './finding-words.ts';
import { stableUuid } from './stable-uuid.ts';

const IMAGE_REF = 'image';

const SEVERITIES: Readonly<Record<Severity, string>> = {
  Critical: 'critical',
  High: 'high',
  Medium: 'medium',
  Low: 'low',
  Negligible: 'info',
  Unknown: 'unknown',
};

const TYPES: Readonly<Record<ReportPackage['kind'], string>> = {
  os: 'operating-system',
  product: 'platform',
  program: 'application',
  update: 'application',
  library: 'library',
  component: 'application',
};

export function renderCycloneDx(report: Report): string {
  const { image, packages } = report;
  const { digest } = image;
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${stableUuid(image.target, digest ?? '', report.created)}`,
    version: 1,
    metadata: {
      timestamp: report.created,
      tools: { components: [{ type: 'application', name: report.tool.name, version: report.tool.version }] },
      component: {
        type: 'container',
        'bom-ref': IMAGE_REF,
        name: image.target,
        ...(digest !== null && {
          version: digest,
          hashes: [{ alg: 'SHA-256', content: digest.slice('sha256:'.length) }],
        }),
      },
      properties: [
        ...adviceSentences(report.advice).map((value) => ({ name: 'clearstory:advice', value })),
        ...report.notices.map(({ message: value }) => ({ name: 'clearstory:notice', value })),
        ...hiddenSentences(report).map((value) => ({ name: 'clearstory:hidden', value })),
        { name: 'clearstory:advisories', value: report.advisories.version },
      ],
    },
    components: packages.map(component),
    dependencies: [
      {
        ref: IMAGE_REF,
        dependsOn: packages.filter(({ ownedBy }) => ownedBy === null).map(({ id }) => refOf(id)),
      },
      ...packages
        .filter(({ id }) => packages.some(({ ownedBy }) => ownedBy === id))
        .map(({ id }) => ({
          ref: refOf(id),
          dependsOn: packages.filter(({ ownedBy }) => ownedBy === id).map((each) => refOf(each.id)),
        })),
    ],
    vulnerabilities: [
      ...groups(report.findings).map((each) => vulnerability(each, undefined)),
      ...report.suppressed.map((each) => vulnerability([each.finding], each)),
    ],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function component({ id, name, version, kind, purl, introducedIn, evidence }: ReportPackage): object {
  return {
    type: TYPES[kind],
    'bom-ref': refOf(id),
    name: name === '' ? id : name,
    ...(version !== '' && { version }),
    ...(purl !== null && { purl }),
    ...(evidence.length > 0 && {
      evidence: {
        occurrences: evidence.flatMap(({ path }) => (path === undefined ? [] : [{ location: path }])),
      },
    }),
    properties: [
      { name: 'clearstory:kind', value: kind },
      ...(introducedIn === null ? [] : [{ name: 'clearstory:layer', value: introducedIn }]),
    ],
  };
}

/** Findings of one vulnerability with equal fate are one entry that affects several components. */
function groups(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  const found = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = [finding.id, finding.status, finding.where?.class ?? '', finding.source].join('\n');
    const group = found.get(key);
    if (group) group.push(finding);
    else found.set(key, [finding]);
  }
  return [...found.values()];
}

function vulnerability(group: readonly Finding[], aside: SuppressedFinding | undefined): object {
  const [finding] = group as readonly [Finding];
  const { id, title, links, published, severity, cvss, source } = finding;
  const properties = threatProperties(finding);
  const judged = analysis(finding, aside);
  return {
    'bom-ref': `vulnerability:${stableUuid(id, source, ...group.map((each) => each.package), aside?.by ?? '')}`,
    id,
    source:
      source === 'OSV'
        ? { name: 'OSV', url: 'https://osv.dev' }
        : { name: 'MSRC', url: 'https://msrc.microsoft.com' },
    ratings: [
      {
        severity: SEVERITIES[severity],
        ...(cvss !== null && { score: cvss.score, vector: cvss.vector, method: methodOf(cvss.vector) }),
      },
    ],
    ...(title !== '' && { description: title }),
    recommendation: `${remedy(finding)}.`,
    ...(links.length > 0 && { advisories: links.map((url) => ({ url })) }),
    ...(published !== null && { published: `${published}T00:00:00Z` }),
    analysis: judged,
    affects: group.map((each) => ({
      ref: refOf(each.package),
      versions: [{ version: each.installed === '' ? 'unknown' : each.installed, status: statusOf(judged) }],
    })),
    ...(properties.length > 0 && { properties }),
  };
}

function statusOf({ state }: Analysis): string {
  return state === 'not_affected' || state === 'resolved' ? 'unaffected' : 'affected';
}

/** The format has no place of its own for attacks. */
function threatProperties({
  exploited,
  kev,
  epss,
}: Finding): { readonly name: string; readonly value: string }[] {
  const values: readonly (readonly [name: string, value: string])[] = [
    ...(exploited ? ([['exploited', 'true']] as const) : []),
    ...(kev ? ([['kev:added', kev.added]] as const) : []),
    ...(kev?.due ? ([['kev:due', kev.due]] as const) : []),
    ...(kev ? ([['kev:ransomware', String(kev.ransomware)]] as const) : []),
    ...(epss ? ([['epss:probability', String(epss.probability)]] as const) : []),
    ...(epss ? ([['epss:percentile', String(epss.percentile)]] as const) : []),
  ];
  return values.map(([name, value]) => ({ name: `clearstory:${name}`, value }));
}

interface Analysis {
  readonly state: string;
  readonly justification?: string;
  readonly response?: readonly string[];
  readonly detail?: string;
}

/** What is in components the image lacks does not affect it; what the host decides is for whoever runs the host. */
function analysis(finding: Finding, aside: SuppressedFinding | undefined): Analysis {
  const detail = remarks(finding).join('. ');
  if (aside) {
    const why = `${aside.reason ?? 'no reason given'}; by ${aside.by}`;
    if (aside.verdict === 'not-affected') return { state: 'not_affected', detail: why };
    if (aside.verdict === 'fixed') return { state: 'resolved', detail: why };
    // A rule accepts the risk: the image is affected all the same.
    const judged = analysis(finding, undefined);
    return { ...judged, response: ['will_not_fix'], detail: [why, detail].filter(Boolean).join('. ') };
  }
  if (finding.where?.class === 'absent')
    return { state: 'not_affected', justification: 'code_not_present', detail };
  const state = finding.status === 'affected' && !finding.uncertain ? 'exploitable' : 'in_triage';
  const response = finding.fixedIn.version === null ? [] : ['update'];
  return { state, ...(response.length > 0 && { response }), ...(detail !== '' && { detail }) };
}

function methodOf(vector: string): string {
  if (vector.startsWith('CVSS:4')) return 'CVSSv4';
  if (vector.startsWith('CVSS:3.0')) return 'CVSSv3';
  return vector.startsWith('CVSS:3.1') ? 'CVSSv31' : 'CVSSv2';
}

function refOf(id: string): string {
  return `package:${id}`;
}
