// SQL Server instances, with the servicing line that decides which updates are theirs.
import { compareNumbers } from '../model/compare-numbers.ts';
import type { Evidence, InventoryPackage } from '../model/inventory.ts';
import type { FileFacts } from '../model/layer-facts.ts';
import { registryEvidence } from './evidence.ts';
import { fileEvidence, type ImageContent, type Placed } from './image-content.ts';
import { microsoftPurl } from './microsoft-purl.ts';
import { findKey, textOf } from './registry/lookup.ts';
import { sqlServerLine } from './sql-server-lines.ts';

const KEY = 'Microsoft\\Microsoft SQL Server';
const VIEWS = [KEY, `WOW6432Node\\${KEY}`];

interface Instance {
  /** `MSSQLSERVER` for the default one. */
  readonly name: string;
  /** `MSSQL16.MSSQLSERVER`: name of its registry key and of its folder. */
  readonly id: string;
  readonly version: string;
  readonly evidence: readonly Evidence[];
}

export function readSqlServer(content: ImageContent): InventoryPackage[] {
  return VIEWS.flatMap((view) => instancesIn(content, view)).map(({ name, id, version, evidence }) => {
    const line = sqlServerLine(version);
    return {
      id: `sql-server:${id.toLowerCase()}`,
      name: `Microsoft SQL Server ${line?.split(' ')[0] ?? ''} (${name})`.replace('  ', ' '),
      version,
      kind: 'product' as const,
      purl: microsoftPurl('sql-server', version),
      introducedIn: evidence[0]?.layer,
      evidence,
      ...(line === undefined ? {} : { match: { by: 'product', family: 'sql-server', line } as const }),
    };
  });
}

function instancesIn(content: ImageContent, view: string): Instance[] {
  const names = findKey(content.software, `${view}\\Instance Names\\SQL`);
  return [...(names?.values.values() ?? [])].flatMap(({ name, data: id }) => {
    if (typeof id !== 'string') return [];
    const setup = findKey(content.software, `${view}\\${id}\\Setup`);
    const value = textOf(setup, 'PatchLevel') ? 'PatchLevel' : 'Version';
    const registered = textOf(setup, value);
    const binary = findBinary(content, id);
    const stated = /^\d+(?:\.\d+){3}/.exec(binary?.fact.pe?.productVersion ?? '')?.[0];
    const versions = [registered, stated].filter((version) => version !== undefined);
    // The lower one: an update that replaced only one of the two is not an update.
    const [version] = versions.sort(compareNumbers);
    if (version === undefined) return [];
    const evidence = [
      ...['PatchLevel', 'Version', 'Edition'].flatMap(
        (each) =>
          registryEvidence(content.software, 'SOFTWARE', `${view}\\${id}\\Setup`, each, content.layers) ?? [],
      ),
      ...(binary && stated ? [fileEvidence(binary.fact.spelling, binary.layer, stated)] : []),
    ];
    return [{ name, id, version, evidence }];
  });
}

function findBinary({ files }: ImageContent, id: string): Placed<FileFacts> | undefined {
  const end = `/${id.toUpperCase()}/MSSQL/BINN/SQLSERVR.EXE`;
  for (const [path, placed] of files) if (path.endsWith(end)) return placed;
  return undefined;
}
