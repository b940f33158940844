// One library as a dependency file or a program names it.

/** The package types of purl (https://github.com/package-url/purl-spec) that are read. */
export type Ecosystem = 'nuget' | 'npm' | 'pypi' | 'maven' | 'golang';

export interface Dependency {
  readonly ecosystem: Ecosystem;
  /** As the ecosystem writes it: `@scope/name` of npm, `group:artifact` of Maven, the module path of Go. */
  readonly name: string;
  readonly version: string;
}
