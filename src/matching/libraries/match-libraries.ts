// Findings of libraries, by OSV.
import type { Finding } from '../../model/finding.ts';
import type { InventoryPackage } from '../../model/inventory.ts';
import type { LibraryAdvisories, LibraryAdvisory } from '../../model/library-advisories.ts';
import { type Affected, affectedBy } from './affected-version.ts';
import { VERSION_ORDERS } from './version-order.ts';

/** Where several databases describe one vulnerability, the first of these speaks. */
const PREFERRED = ['GHSA', 'GO', 'PYSEC', 'MAL'];

/** Pure: one finding a library and vulnerability. */
export function matchLibraries(
  packages: readonly InventoryPackage[],
  advisories: LibraryAdvisories,
): Finding[] {
  return packages.flatMap((subject) => {
    if (subject.match?.by !== 'library' || subject.ownedBy !== undefined) return [];
    const { dependency } = subject.match;
    const order = VERSION_ORDERS[dependency.ecosystem];
    const byVulnerability = new Map<string, Finding>();
    for (const advisory of [...advisories.of(dependency)].sort(byPreference)) {
      const affected = affectedBy(advisory, dependency.version, order);
      if (!affected) continue;
      const id = vulnerabilityOf(advisory);
      const known = byVulnerability.get(id);
      byVulnerability.set(
        id,
        known ? joined(known, advisory) : withAliases(toFinding(id, advisory, affected, subject), advisory),
      );
    }
    return [...byVulnerability.values()];
  });
}

const isCve = (id: string): boolean => id.startsWith('CVE-');

/** The CVE, where there is exactly one: an advisory about several is a thing of its own. */
function vulnerabilityOf({ id, aliases }: LibraryAdvisory): string {
  const cves = [id, ...aliases].filter(isCve);
  return cves.length === 1 ? cves[0]! : id;
}

/** An advisory about several CVEs is not the same as any of them. */
function namesOf({ id, aliases }: LibraryAdvisory): string[] {
  const names = [id, ...aliases];
  return names.filter(isCve).length > 1 ? names.filter((each) => !isCve(each)) : names;
}

function withAliases(finding: Finding, advisory: LibraryAdvisory): Finding {
  const names = new Set([...(finding.aliases ?? []), ...namesOf(advisory)]);
  names.delete(finding.id);
  return names.size === 0 ? finding : { ...finding, aliases: [...names].sort() };
}

function toFinding(
  id: string,
  advisory: LibraryAdvisory,
  { fixedIn, uncertain }: Affected,
  subject: InventoryPackage,
): Finding {
  return {
    id,
    title: advisory.title,
    component: null,
    package: subject.id,
    installed: subject.version,
    fixedIn: { version: fixedIn ?? null, kb: [] },
    status: fixedIn === undefined ? 'no-fix' : 'affected',
    severity: advisory.severity,
    cvss: advisory.cvss ?? null,
    exploited: false,
    publiclyDisclosed: false,
    kev: null,
    epss: null,
    published: advisory.published ?? null,
    rule: 'OSV',
    note: uncertain ? 'the versions of the advisory and of the library cannot be compared' : null,
    uncertain,
    source: 'OSV',
    links: [linkOf(advisory)],
    evidence: subject.evidence.slice(0, 2),
    where: null,
  };
}

/** A second record of the same vulnerability adds where to read about it. */
function joined(finding: Finding, advisory: LibraryAdvisory): Finding {
  return withAliases({ ...finding, links: [...finding.links, linkOf(advisory)] }, advisory);
}

function linkOf({ id }: LibraryAdvisory): string {
  return `https://osv.dev/vulnerability/${encodeURIComponent(id)}`;
}

function byPreference(a: LibraryAdvisory, b: LibraryAdvisory): number {
  const rank = ({ id }: LibraryAdvisory): number => {
    const at = PREFERRED.indexOf(id.split('-')[0] ?? '');
    return at < 0 ? PREFERRED.length : at;
  };
  return rank(a) - rank(b) || (a.id < b.id ? -1 : 1);
}
