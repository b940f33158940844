// The whole image, interpreted: which Windows it is and what is installed, each with its evidence.
import type { Digest } from '../base/digest.ts';

export interface Inventory {
  /** `undefined`: the image holds no Windows. */
  readonly os: OperatingSystem | undefined;
  readonly packages: readonly InventoryPackage[];
  readonly notices: readonly Notice[];
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
  /** What build and revision rest on, the deciding value first. */
  readonly evidence: readonly Evidence[];
  /** The layer that set the revision. */
  readonly introducedIn: Digest | undefined;
}

export type InstallationType = 'Nano Server' | 'Server Core' | 'Server' | 'Client';

/** State of Component Based Servicing. */
export interface Servicing {
  readonly cumulative: readonly ServicingPackage[];
  readonly servicingStack: readonly ServicingPackage[];
  /** An update is staged or waits for a restart that a container never makes. */
  readonly pending: boolean;
}

export interface ServicingPackage {
  /** `Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.3406.1.5`. */
  readonly identity: string;
  readonly version: string;
  readonly state: ServicingState;
}

export type ServicingState =
  | 'installed'
  | 'superseded'
  | 'staged'
  | 'install-pending'
  | 'uninstall-pending'
  | 'partially-installed'
  | 'absent';

export type PackageKind = 'os' | 'program';

export interface InventoryPackage {
  /** Unique in the inventory. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly kind: PackageKind;
  readonly purl: string | undefined;
  readonly introducedIn: Digest | undefined;
  readonly evidence: readonly Evidence[];
}

/** Where a fact stands, precisely enough to look it up by hand. */
export interface Evidence {
  readonly kind: 'registry' | 'config' | 'file';
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
  | 'HIVE_REPLACED'
  | 'HIVE_WITHOUT_BASE'
  | 'SERVICING_PENDING'
  | 'UNKNOWN_BUILD'
  | 'END_OF_SUPPORT'
  | 'ADVISORIES_OLD';
