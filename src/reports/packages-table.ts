// Everything that is in the image, for people: one line a package, then servicing.
import type { PackageKind } from '../model/inventory.ts';
import type { Report, ReportPackage } from '../model/report.ts';
import { columns } from './text-layout.ts';

const COLUMNS = ['KIND', 'VERSION', 'LAYER', 'NAME'] as const;

/** From what decides most to what decides least. */
const ORDER: readonly PackageKind[] = ['os', 'product', 'program', 'update', 'library', 'component'];

/** `width` is in columns. */
export function renderPackages(report: Report, width: number): string {
  const layers = report.image.layers.map(({ digest }) => digest);
  const sorted = [...report.packages].sort(
    (a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || compareText(a.name, b.name),
  );
  const names = new Map(report.packages.map(({ id, name, version }) => [id, `${name} ${version}`]));
  const rows: (readonly string[])[] = [COLUMNS, ...sorted.map((each) => cellsOf(each, layers, names))];
  for (const { kb, state } of report.os?.servicing.updates ?? [])
    rows.push(['kb', '-', '-', `${kb} (${state})`]);
  for (const { identity, version, state } of report.os?.servicing.features ?? []) {
    rows.push(['feature', version, '-', `${identity.split('~')[0]} (${state})`]);
  }
  return `${columns(rows, width).join('\n')}\n`;
}

function cellsOf(
  { kind, version, introducedIn, name, ownedBy }: ReportPackage,
  layers: readonly string[],
  names: ReadonlyMap<string, string>,
): string[] {
  const layer = introducedIn === null ? -1 : layers.indexOf(introducedIn);
  const owner = ownedBy === null ? '' : ` (serviced with ${names.get(ownedBy) ?? ownedBy})`;
  return [kind, version || '-', layer < 0 ? '-' : String(layer + 1), name + owner];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
