// Which parts of the registry are kept in layer facts.
import type { HiveName } from '../../model/layer-facts.ts';

export interface RegistryInterest {
  readonly hive: HiveName;
  /** Below the hive's root, separated by backslashes; a name that ends in `*` stands for all that begin so. */
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

/** Software that a 32-bit installer registers stands in the second view. */
function inBothViews(interest: Omit<RegistryInterest, 'hive'>): RegistryInterest[] {
  return ['', 'WOW6432Node\\'].map((view) => ({
    hive: 'SOFTWARE',
    ...interest,
    path: view + interest.path,
  }));
}

const MSI_PRODUCTS = `${CURRENT_VERSION}\\Installer\\UserData\\*\\Products\\*`;
const PER_USER_UNINSTALL = 'Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall';

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
  {
    hive: 'SOFTWARE',
    path: `${CURRENT_VERSION}\\Component Based Servicing\\Packages\\Package_*\\Owners`,
    depth: 0,
  },
  ...inBothViews({ path: `${CURRENT_VERSION}\\Uninstall`, depth: 1, values: UNINSTALL_VALUES }),
  ...(['DEFAULT', 'USER'] as const).map((hive) => ({
    hive,
    path: PER_USER_UNINSTALL,
    depth: 1,
    values: UNINSTALL_VALUES,
  })),
  {
    hive: 'SOFTWARE',
    path: `${MSI_PRODUCTS}\\InstallProperties`,
    depth: 0,
    values: ['DisplayName', 'DisplayVersion', 'Publisher', 'InstallLocation'],
  },
  {
    hive: 'SOFTWARE',
    path: `${MSI_PRODUCTS}\\Patches`,
    depth: 1,
    values: ['DisplayName', 'State'],
  },
  ...inBothViews({
    path: 'Microsoft\\NET Framework Setup\\NDP',
    depth: 2,
    values: ['Install', 'Release', 'Version', 'SP', 'InstallPath'],
  }),
  ...inBothViews({
    path: 'Microsoft\\PowerShellCore\\InstalledVersions',
    depth: 1,
    values: ['SemanticVersion', 'InstallLocation', 'InstallDir'],
  }),
  ...inBothViews({ path: 'Microsoft\\Microsoft SQL Server\\Instance Names', depth: 1 }),
  ...inBothViews({
    path: 'Microsoft\\Microsoft SQL Server\\*\\Setup',
    depth: 0,
    values: ['Version', 'PatchLevel', 'Edition', 'SP'],
  }),
  ...inBothViews({ path: 'Microsoft\\VisualStudio\\14.0\\VC\\Runtimes', depth: 1 }),
  ...inBothViews({ path: 'Microsoft\\EdgeUpdate\\Clients', depth: 1, values: ['pv', 'name'] }),
  {
    hive: 'SOFTWARE',
    path: 'Microsoft\\InetStp',
    depth: 0,
    values: ['MajorVersion', 'MinorVersion', 'VersionString'],
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
