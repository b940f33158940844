// The whole image, interpreted: which Windows it is and what is installed, each with its evidence.
import type { Digest } from '../base/digest.ts';
import type { Dependency } from './dependency.ts';

export interface Inventory {
  /** `undefined`: the image holds no Windows. */
  readonly os: OperatingSystem | undefined;
  /** `undefined`: none installed, as on Nano Server. */
  readonly dotNetFramework: DotNetFramework | undefined;
  readonly packages: readonly InventoryPackage[];
  /**
   * Which of the files that components of Windows are recognised by the image has, as canonical paths; absent when not
   * all of its layers were read.
   */
  readonly componentFiles?: readonly string[];
  readonly notices: readonly Notice[];
  readonly warnings: readonly InventoryWarning[];
}

/** A file of the image that could not be read. */
export interface InventoryWarning {
  readonly layer: Digest;
  /** As spelled in the layer. */
  readonly path: string;
  /** One sentence, without the path. */
  readonly reason: string;
}

export interface OperatingSystem {
  /** By build, never by ProductName: `Windows Server 2022`. */
  readonly name: string;
  /** Last day with security updates, `yyyy-mm-dd`; `undefined` for a build we do not know. */
  readonly endOfSupport: string | undefined;
  readonly build: number;
  readonly revision: number;
  readonly installationType: InstallationType | undefined;
  /** EditionID, such as `ServerDatacenter`. */
  readonly edition: string | undefined;
  /** `21H2`, where the registry has one. */
  readonly displayVersion: string | undefined;
  /** As in GOARCH: `amd64`, `arm64`. */
  readonly architecture: string | undefined;
  readonly servicing: Servicing;
  readonly basis: SystemBasis;
  /** What build and revision rest on, the deciding value first. */
  readonly evidence: readonly Evidence[];
  /** The layer that set the revision. */
  readonly introducedIn: Digest | undefined;
}

export type InstallationType = 'Nano Server' | 'Server Core' | 'Server' | 'Client';

/**
 * `registry`: read in the layers. `catalog`: known of a base layer that was not read. `config`: `os.version` of the
 * image config and nothing else.
 */
export type SystemBasis = 'registry' | 'catalog' | 'config';

/** State of Component Based Servicing. */
export interface Servicing {
  /** Newest first. */
  readonly cumulative: readonly ServicingPackage[];
  readonly servicingStack: readonly ServicingPackage[];
  /** Cumulative updates of .NET Framework, newest first. */
  readonly dotNetRollups: readonly ServicingPackage[];
  /** Every KB that package names or servicing manifests speak of, ascending. */
  readonly updates: readonly ServicingUpdate[];
  /** Features on demand, roles and language packs that are listed to administrators. */
  readonly features: readonly ServicingPackage[];
  /** An update is staged or waits for a restart that a container never makes. */
  readonly pending: boolean;
}

export interface ServicingPackage {
  /** `Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.3406.1.5`. */
  readonly identity: string;
  readonly version: string;
  readonly state: ServicingState;
}

/** One KB; content of the image, never a finding. */
export interface ServicingUpdate {
  /** `KB5034129`. */
  readonly kb: string;
  /** The furthest state any of its packages is in. */
  readonly state: ServicingState;
  /** Identities of the packages that bring it. */
  readonly packages: readonly string[];
  /** KBs of the updates it is a part of: the number MSRC knows may be a parent's. */
  readonly parents: readonly string[];
}

/** .NET Framework, which Windows services: one 4.x version at most, and 3.5 beside it. */
export interface DotNetFramework {
  /** `4.8.1`; `undefined` when only 3.5 is installed. */
  readonly version: string | undefined;
  /** Registry value Release. */
  readonly release: number | undefined;
  readonly has35: boolean;
  /** Third number of the rollup, such as 4690; `undefined` when neither packages nor files tell. */
  readonly revision: number | undefined;
  /** What the revision rests on. */
  readonly revisionFrom: 'package' | 'files' | undefined;
}

export type ServicingState =
  | 'installed'
  | 'superseded'
  | 'staged'
  | 'install-pending'
  | 'uninstall-pending'
  | 'partially-installed'
  | 'absent';

/**
 * `product`: of Microsoft, with the version that MSRC compares. `program`: from the list of installed programs.
 * `update`: of a program. `library`: of an application. `component`: a file that another package of the image brings and services.
 */
export type PackageKind = 'os' | 'product' | 'program' | 'update' | 'library' | 'component';

export interface InventoryPackage {
  /** Unique in the inventory. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly kind: PackageKind;
  readonly purl: string | undefined;
  readonly introducedIn: Digest | undefined;
  readonly evidence: readonly Evidence[];
  /** Paths of all files that name it, where `evidence` may have the first ones alone; as layers spell them. */
  readonly places?: readonly string[];
  /** What advisories are looked up by; absent for the operating system, programs and components. */
  readonly match?: PackageMatch;
  /** Id of the package that services this one: advisories for it are advisories for that one. */
  readonly ownedBy?: string;
}

export type PackageMatch =
  | { readonly by: 'product'; readonly family: ProductFamily; readonly line: string }
  /** Part of Windows, but a product of its own in the advisories: `Internet Explorer 11`. */
  | { readonly by: 'windows-component'; readonly component: string }
  | { readonly by: 'library'; readonly dependency: Dependency };

/** Families of products whose advisories name a line (`8.0`, `2019 GDR`) and the version that fixes it. */
export type ProductFamily =
  | 'dotnet'
  | 'aspnet-core'
  | 'powershell'
  | 'sql-server'
  | 'odbc-driver'
  | 'ole-db-driver'
  | 'visual-cpp'
  | 'edge'
  | 'web-deploy';

/** Where a fact stands, precisely enough to look it up by hand. */
export interface Evidence {
  readonly kind: 'registry' | 'config' | 'file' | 'catalog';
  /** Digest of the layer; absent for the image config. */
  readonly layer?: Digest;
  /** Path inside the layer: the hive or the file. */
  readonly path?: string;
  readonly key?: string;
  /** Name of the registry value or of the config field. */
  readonly value?: string;
  readonly data: string;
}

/** Something a reader of the report must know: witnesses that disagree, a hive that was not closed. */
export interface Notice {
  readonly code: NoticeCode;
  readonly message: string;
  /** The result may be wrong because of it. */
  readonly uncertain: boolean;
}

export type NoticeCode =
  | 'NO_OPERATING_SYSTEM'
  | 'REVISION_CONFLICT'
  | 'ARCHITECTURE_CONFLICT'
  | 'HIVE_DIRTY'
  | 'HIVE_DAMAGED'
  | 'FILES_UNREADABLE'
  | 'LIBRARIES_NOT_MATCHED'
  | 'STATED_ONLY'
  | 'LAYERS_ABSENT'
  | 'FRAMEWORK_CONFLICT'
  | 'FRAMEWORK_REVISION_UNKNOWN'
  | 'HIVE_REPLACED'
  | 'HIVE_WITHOUT_BASE'
  | 'SERVICING_PENDING'
  | 'UNKNOWN_BUILD'
  | 'END_OF_SUPPORT'
  | 'NOTHING_INFERRED'
  | 'ADVISORIES_OLD'
  | 'THREATS_NOT_READ'
  | 'THREATS_OLD';
