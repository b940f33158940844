// Advisories that change while a service runs on them: the store says which month it is, whatever process asks.
import { subjectsOf } from '../../src/matching/subjects.ts';
import type { InventoryPackage } from '../../src/model/inventory.ts';
import type { LibraryAdvisories } from '../../src/model/library-advisories.ts';
import { Matcher } from '../../src/service/matcher/matcher.ts';
import type { ChangeSources } from '../../src/service/notifier/detect-change.ts';
import type { Database } from '../../src/store/database.ts';
import { Manifests } from '../../src/store/manifests.ts';
import { Subjects } from '../../src/store/subjects.ts';
import { buildAdvisories } from './advisories.ts';
import type { CvrfSpec, VulnerabilitySpec } from './cvrf.ts';
import { buildInventory, buildOperatingSystem } from './inventory.ts';
import { knowledgeOf } from './known-advisories.ts';
import { windowsManifest } from './stored-manifest.ts';

const SETTING = 'month of the test';
const PRODUCT = '11924';

/** A document about Windows Server 2022. */
export function document(
  id: string,
  ...vulnerabilities: readonly Omit<VulnerabilitySpec, 'affected'>[]
): CvrfSpec {
  return {
    id,
    products: { [PRODUCT]: 'Windows Server 2022 (Server Core installation)' },
    vulnerabilities: vulnerabilities.map((each) => ({ ...each, affected: [PRODUCT] })),
  };
}

/** A flaw that the update to this revision ends. */
export function flaw(id: string, fixedRevision: number, over: Partial<VulnerabilitySpec> = {}) {
  const fixes = [{ kb: '5034129', fixedBuild: `10.0.20348.${fixedRevision}` }];
  return { id, title: `Flaw ${id}`, severity: 'Important', fixes, ...over };
}

/** `documents`: of each version, by its id. */
export class MonthlyAdvisories {
  readonly #database: Database;
  readonly #documents: (version: number) => readonly CvrfSpec[];
  /** What OSV says, by version; others know nothing of libraries. */
  readonly libraries = new Map<number, LibraryAdvisories>();
  /** Versions that were pruned. */
  readonly gone = new Set<number>();

  constructor(database: Database, documents: (version: number) => readonly CvrfSpec[]) {
    this.#database = database;
    this.#documents = documents;
  }

  async publish(version: number): Promise<void> {
    await this.#database.query(
      'insert into setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value',
      [SETTING, String(version)],
    );
  }

  /** An image of Windows Server 2022 of this revision, indexed under that name; returns its digest. */
  async index(name: string, revision: number, packages: readonly InventoryPackage[] = []): Promise<string> {
    const inventory = buildInventory({ os: buildOperatingSystem({ revision }), packages });
    const manifest = windowsManifest(name, subjectsOf(inventory));
    await new Manifests(this.#database).save(manifest);
    return manifest.digest;
  }

  sources(): ChangeSources {
    const subjects = new Subjects(this.#database);
    const latest = async (): Promise<{ id: number } | undefined> => {
      const rows = await this.#database.query<{ value: string }>(
        'select value from setting where name = $1',
        [SETTING],
      );
      return rows[0] && { id: Number(rows[0].value) };
    };
    return {
      versions: {
        latest,
        list: async () => {
          const newest = (await latest())?.id ?? 0;
          const ids = Array.from({ length: newest }, (_, index) => newest - index);
          return ids.filter((id) => !this.gone.has(id)).map((id) => ({ id }));
        },
      },
      knowledge: {
        load: async (version) => {
          const libraries = this.libraries.get(version);
          return {
            ...knowledgeOf(buildAdvisories(...this.#documents(version)), undefined, version),
            ...(libraries && { libraries: { version: `osv-${version}`, load: async () => libraries } }),
          };
        },
      },
      subjects,
      matcher: new Matcher({
        manifests: new Manifests(this.#database),
        subjects,
        // Of reports and operations; finding what changed needs none of it.
        versions: { list: async () => [], delete: async () => undefined },
        knowledge: { current: () => undefined, load: () => Promise.reject(new Error('not asked for')) },
        cacheBytes: 1_000_000,
      }),
    };
  }
}

/** One flaw more with each version. */
export function growingMonth(version: number): CvrfSpec[] {
  return [
    document(
      '2026-Feb',
      ...Array.from({ length: version }, (_, each) => flaw(`CVE-2026-${2001 + each}`, 2400)),
    ),
  ];
}
