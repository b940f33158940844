// Which parts of the registry are kept in layer facts.
import type { HiveName } from '../../model/layer-facts.ts';

export interface RegistryInterest {
  readonly hive: HiveName;
  /** Below the hive's root, separated by backslashes; `*` stands for any one name. */
  readonly path: string;
  /** Levels of subkeys that are kept with the key; 0: the key's own values only. */
  readonly depth: number;
  /** Names of the values that are kept; left out: all. */
  readonly values?: readonly string[];
}

const CURRENT_VERSION = 'Microsoft\\Windows\\CurrentVersion';

/** Uninstall entries: the same in the 64-bit and the 32-bit view. */
const UNINSTALL_VALUES = [
  'DisplayName',
  'DisplayVersion',
  'Publisher',
  'InstallLocation',
  'InstallDate',
  'SystemComponent',
  'WindowsInstaller',
  'ParentKeyName',
  'ReleaseType',
];

/** Raising any of these makes cached facts stale: see `READER_VERSION` in layers/facts-cache.ts. */
export const REGISTRY_INTERESTS: readonly RegistryInterest[] = [
  {
    hive: 'SOFTWARE',
    path: 'Microsoft\\Windows NT\\CurrentVersion',
    depth: 0,
    values: [
      'CurrentBuild',
      'CurrentBuildNumber',
      'UBR',
      'CurrentMajorVersionNumber',
      'CurrentMinorVersionNumber',
      'BuildLabEx',
      'DisplayVersion',
      'ReleaseId',
      'EditionID',
      'InstallationType',
      'LCUVer',
      'ProductName',
    ],
  },
  {
    hive: 'SOFTWARE',
    path: `${CURRENT_VERSION}\\Component Based Servicing\\Packages`,
    depth: 1,
    values: ['CurrentState', 'Visibility'],
  },
  { hive: 'SOFTWARE', path: `${CURRENT_VERSION}\\Component Based Servicing\\PackagesPending`, depth: 1 },
  { hive: 'SOFTWARE', path: `${CURRENT_VERSION}\\Component Based Servicing\\SessionsPending`, depth: 1 },
  { hive: 'SOFTWARE', path: `${CURRENT_VERSION}\\Component Based Servicing\\RebootPending`, depth: 0 },
  { hive: 'SOFTWARE', path: `${CURRENT_VERSION}\\Uninstall`, depth: 1, values: UNINSTALL_VALUES },
  {
    hive: 'SOFTWARE',
    path: `WOW6432Node\\${CURRENT_VERSION}\\Uninstall`,
    depth: 1,
    values: UNINSTALL_VALUES,
  },
  { hive: 'SYSTEM', path: 'Select', depth: 0, values: ['Current'] },
  {
    hive: 'SYSTEM',
    path: '*\\Control\\Session Manager\\Environment',
    depth: 0,
    values: ['PROCESSOR_ARCHITECTURE'],
  },
  { hive: 'SYSTEM', path: '*\\Control\\ProductOptions', depth: 0, values: ['ProductType', 'ProductSuite'] },
];
