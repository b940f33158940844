// What OSV says of libraries: the part of it that one image asks for.
import type { Dependency } from './dependency.ts';
import type { Severity } from './severity.ts';

export interface LibraryAdvisories {
  /** When OSV was last read successfully, ISO 8601. */
  readonly fetchedAt: string;
  /** Advisories of a library, whatever its version. */
  of(dependency: Dependency): readonly LibraryAdvisory[];
}

/** One OSV record, for one package. Schema: https://ossf.github.io/osv-schema/ */
export interface LibraryAdvisory {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly title: string;
  /** `yyyy-mm-dd`. */
  readonly published?: string;
  readonly severity: Severity;
  readonly cvss?: { readonly score: number; readonly vector: string };
  readonly ranges: readonly VersionRange[];
  /** Affected versions one by one, beside or instead of ranges. */
  readonly versions: readonly string[];
}

/** Events in the order in which the record has them: from `introduced` on affected, from `fixed` or `limit` on not. */
export type VersionRange = readonly VersionEvent[];

export type VersionEvent = readonly [
  kind: 'introduced' | 'fixed' | 'last_affected' | 'limit',
  version: string,
];
