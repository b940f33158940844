// What is kept of an indexed image: its content without the names of its layers, so that equal images share it.
import type { Notice, PackageKind } from './inventory.ts';

export interface IndexedImage {
  readonly system: IndexedSystem;
  /** Packages as reports list them; the operating system is the first. */
  readonly packages: readonly IndexedPackage[];
  /** Keys of the subjects that its findings are made of. */
  readonly subjects: readonly string[];
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
  /** At least one. */
  readonly places: readonly IndexedPlace[];
}

export interface IndexedPlace {
  /** What says so: `windows:Hives/SOFTWARE`, `dotnet:Program Files/app/app.deps.json`. */
  readonly database: string;
  /** Position among the distinct layers of the manifest, base first. */
  readonly layer: number;
}
