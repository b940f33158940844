// Reports on a Linux image as a Clair 4.9 writes them: shapes, nulls and quirks included (claircore 1.5.48).
import { digestOf } from '../../src/base/digest.ts';

export interface PostedManifest {
  hash: string;
  layers: { hash: string; uri: string; headers?: Record<string, string[]> }[];
}

const EMPTY_PACKAGE = { name: '', version: '', normalized_version: '', cpe: '' };

const DISTRIBUTION = {
  id: '1',
  did: 'debian',
  name: 'Debian GNU/Linux',
  version: '12 (bookworm)',
  version_code_name: 'bookworm',
  version_id: '12',
  arch: '',
  cpe: '',
  pretty_name: 'Debian GNU/Linux 12 (bookworm)',
};

const CVSS =
  'message/vnd.clair.map.vulnerability; enricher=clair.cvss schema=https://csrc.nist.gov/schema/nvd/api/2.0/cve_api_json_2.0.schema';

/** Decimal ids that depend on the name alone, as serials of a database do on the row. */
function serial(name: string): string {
  return String(
    Number.parseInt(digestOf(Buffer.from(name)).slice('sha256:'.length, 'sha256:'.length + 7), 16),
  );
}

function content(manifest: PostedManifest) {
  const packages = ['bash', 'openssl', 'zlib1g'].map((name) => ({
    id: serial(name),
    name,
    version: '3.0.11-1~deb12u2',
    kind: 'binary',
    source: {
      id: serial(`source ${name}`),
      ...EMPTY_PACKAGE,
      name,
      version: '3.0.11-1~deb12u2',
      kind: 'source',
    },
    normalized_version: '',
    arch: 'amd64',
    cpe: '',
  }));
  const environment = {
    package_db: 'var/lib/dpkg/status',
    introduced_in: manifest.layers[0]?.hash ?? '',
    distribution_id: DISTRIBUTION.id,
    repository_ids: null,
  };
  return {
    manifest_hash: manifest.hash,
    packages: Object.fromEntries(packages.map((each) => [each.id, each])),
    distributions: { [DISTRIBUTION.id]: DISTRIBUTION },
    repository: {},
    environments: Object.fromEntries(packages.map(({ id }) => [id, [environment]])),
  };
}

export function linuxIndexReport(manifest: PostedManifest) {
  return { ...content(manifest), state: 'IndexFinished', success: true, err: '' };
}

/** One finding in openssl, of high severity, with a fix. */
export function linuxVulnerabilityReport(manifest: PostedManifest) {
  const id = serial('CVE-2023-5678');
  return {
    ...content(manifest),
    vulnerabilities: {
      [id]: {
        id,
        updater: 'debian/updater',
        name: 'CVE-2023-5678',
        description: 'Generating excessively long X9.42 DH keys may be very slow.',
        issued: '0001-01-01T00:00:00Z',
        links: 'https://security-tracker.debian.org/tracker/CVE-2023-5678',
        severity: 'not yet assigned',
        normalized_severity: 'High',
        package: { id: '', ...EMPTY_PACKAGE, name: 'openssl', kind: 'source' },
        distribution: { ...DISTRIBUTION, id: '' },
        repository: { cpe: '' },
        fixed_in_version: '3.0.13-1~deb12u1',
      },
    },
    package_vulnerabilities: { [serial('openssl')]: [id] },
    enrichments: {
      [CVSS]: [
        {
          [id]: [
            {
              version: '3.1',
              vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L',
              baseScore: 5.3,
              baseSeverity: 'MEDIUM',
            },
          ],
        },
      ],
    },
  };
}

/** Of one vulnerability that was added to a manifest. */
export function linuxNotification(manifest: string) {
  return {
    id: '00000000-0000-4000-8000-000000000001',
    manifest,
    reason: 'added',
    vulnerability: {
      name: 'CVE-2023-5678',
      description: '',
      package: { id: '', ...EMPTY_PACKAGE, name: 'openssl' },
      severity: 'High',
      fixed_in_version: '3.0.13-1~deb12u1',
      links: 'https://security-tracker.debian.org/tracker/CVE-2023-5678',
    },
  };
}
