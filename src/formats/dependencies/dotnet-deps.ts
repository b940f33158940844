// `*.deps.json` of .NET: the packages an application was built with, and the runtime it brings along if any.
import type { Dependency } from '../../model/dependency.ts';
import { objectAt, objectsIn, parseJsonObject, textAt } from './json-object.ts';

export interface DotNetDependencies {
  readonly dependencies: readonly Dependency[];
  readonly runtimes: readonly { readonly framework: string; readonly version: string }[];
}

/** `runtimepack.Microsoft.NETCore.App.Runtime.win-x64`: how a self-contained application names its runtime. */
const RUNTIME_PACK = /^runtimepack\.(Microsoft\.(?:NETCore|AspNetCore|WindowsDesktop)\.App)\.Runtime\./i;

/**
 * Libraries of type `package`; projects and references are the application's own.
 * Format: https://github.com/dotnet/cli/blob/rel/1.0.0/Documentation/specs/runtime-configuration-file.md
 * @throws DependencyFileError MALFORMED
 */
export function parseDotNetDeps(bytes: Uint8Array): DotNetDependencies {
  const dependencies: Dependency[] = [];
  const runtimes: { framework: string; version: string }[] = [];
  for (const [key, library] of objectsIn(objectAt(parseJsonObject(bytes), 'libraries'))) {
    const slash = key.lastIndexOf('/');
    if (slash <= 0 || slash === key.length - 1) continue;
    const name = key.slice(0, slash);
    const version = key.slice(slash + 1);
    const framework = RUNTIME_PACK.exec(name)?.[1];
    if (framework !== undefined) runtimes.push({ framework, version });
    else if (textAt(library, 'type')?.toLowerCase() === 'package') {
      dependencies.push({ ecosystem: 'nuget', name, version });
    }
  }
  return { dependencies, runtimes };
}
