// Documents of CISA's catalogue and of EPSS for tests, as the feeds serve them.

export type KevEntry = Readonly<Record<string, unknown>>;

export function buildKevEntry(id: string, over: KevEntry = {}): KevEntry {
  return {
    cveID: id,
    vendorProject: 'Microsoft',
    product: 'Windows',
    vulnerabilityName: 'Microsoft Windows Example Vulnerability',
    dateAdded: '2025-06-10',
    shortDescription: 'An example.',
    requiredAction: 'Apply updates.',
    dueDate: '2025-07-01',
    knownRansomwareCampaignUse: 'Unknown',
    notes: '',
    cwes: [],
    ...over,
  };
}

export function buildKev(entries: readonly KevEntry[], over: KevEntry = {}): string {
  return JSON.stringify({
    title: 'CISA Catalog of Known Exploited Vulnerabilities',
    catalogVersion: '2026.01.01',
    dateReleased: '2026-01-01T15:00:00.1234Z',
    count: entries.length,
    vulnerabilities: entries,
    ...over,
  });
}

/** So many entries, `CVE-2025-1000` and on. */
export function buildKevOf(count: number, over: KevEntry = {}): string {
  const entries = Array.from({ length: count }, (_, index) => buildKevEntry(`CVE-2025-${1000 + index}`));
  return buildKev(entries, over);
}

export type EpssRow = readonly [id: string, probability: number | string, percentile: number | string];

export function buildEpss(rows: readonly EpssRow[], date = '2026-01-01T12:00:00Z'): string {
  const lines = [`#model_version:v2025.03.14,score_date:${date}`, 'cve,epss,percentile'];
  return [...lines, ...rows.map((row) => row.join(',')), ''].join('\n');
}
