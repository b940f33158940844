// Windows images as Microsoft builds them: a base with full hives, and updates that bring differencing hives.
import type { HiveName } from '../../src/model/layer-facts.ts';
import { dword, hiveFromPaths, sz, type ValueSpec } from './hive.ts';
import type { LayerSpec } from './image.ts';
import { file, type TarEntrySpec } from './tar.ts';

export const CURRENT_VERSION = 'Microsoft\\Windows NT\\CurrentVersion';
export const CONFIG = 'Files/Windows/System32/config';
export const PACKAGES = 'Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages';
export const UNINSTALL = 'Microsoft\\Windows\\CurrentVersion\\Uninstall';

type Paths = Readonly<Record<string, readonly ValueSpec[]>>;

export interface BaseSpec {
  build?: number;
  revision?: number;
  installationType?: string;
  /** Further keys of the SOFTWARE hive. */
  software?: Paths;
  entries?: readonly TarEntrySpec[];
}

/** Layer 0: both hives in full. */
export function baseLayer(spec: BaseSpec = {}): LayerSpec {
  const { build = 20348, revision = 4294, installationType = 'Server Core' } = spec;
  const software = hiveFromPaths({
    [CURRENT_VERSION]: [
      sz('CurrentBuildNumber', String(build)),
      dword('UBR', revision),
      sz('InstallationType', installationType),
      sz('EditionID', 'ServerDatacenter'),
      // What real bases of several generations say; nobody may believe it.
      sz('ProductName', 'Windows Server 2016 Datacenter'),
    ],
    ...spec.software,
  });
  const system = hiveFromPaths({
    Select: [dword('Current', 1)],
    'ControlSet001\\Control\\Session Manager\\Environment': [sz('PROCESSOR_ARCHITECTURE', 'AMD64')],
  });
  return {
    entries: [
      file(`${CONFIG}/SOFTWARE`, software),
      file(`${CONFIG}/SYSTEM`, system),
      ...(spec.entries ?? []),
    ],
  };
}

/** A layer above: changes to one hive. */
export function deltaLayer(
  paths: Paths,
  options: Parameters<typeof hiveFromPaths>[1] & { hive?: HiveName; entries?: readonly TarEntrySpec[] } = {},
): LayerSpec {
  const { hive = 'SOFTWARE', entries = [], ...rest } = options;
  const name = hive === 'SOFTWARE' ? 'Software_Delta' : 'System_Delta';
  return { entries: [...entries, file(`Hives/${name}`, hiveFromPaths(paths, { layered: true, ...rest }))] };
}

/** The second layer of most Microsoft bases: the month's update. */
export function updateLayer(revision: number): LayerSpec {
  return deltaLayer({ [CURRENT_VERSION]: [dword('UBR', revision)] });
}
