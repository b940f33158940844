// What is kept of an indexed image: its content without the names of its layers, so that equal images share it.
import type { Notice, PackageKind } from './inventory.ts';

export interface IndexedImage {
  /** Absent: no Windows was found in it. */
  readonly system?: IndexedSystem;
  /** Packages as reports list them, no two of one name and version; the operating system is the first. */
  readonly packages: readonly IndexedPackage[];
  /** Keys of the subjects that its findings are made of. */
  readonly subjects: readonly string[];
  /** Those because of which the result may be wrong, as far as they do not change with time or version. */
  readonly notices: readonly Notice[];
}

export interface IndexedSystem {
  /** `Windows Server 2022`. */
  readonly name: string;
  readonly build: number;
  readonly revision: number;
  readonly installationType: string;
  readonly edition: string;
  /** `21H2`, or `''`. */
  readonly displayVersion: string;
  /** As in GOARCH, or `''`. */
  readonly architecture: string;
}

export interface IndexedPackage {
  /** Unique in the image, and the same in every image that has this package of this version. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly kind: PackageKind;
  /** Ids in subjects of other packages of this name and version, whose findings are its findings. */
  readonly aliases?: readonly string[];
  /** CPE 2.3 name, where it has an official one. */
  readonly cpe?: string;
  /** At least one. */
  readonly places: readonly IndexedPlace[];
}

export interface IndexedPlace {
  /** What says so: `windows:Hives/SOFTWARE`, `dotnet:Program Files/app/app.deps.json`. */
  readonly database: string;
  /** Position among the distinct layers of the manifest, base first. */
  readonly layer: number;
}
