// `*.runtimeconfig.json` of .NET: a self-contained application lists the frameworks it brings.
import { objectAt, parseJsonObject, textAt } from './json-object.ts';

/** Frameworks that are only referred to (`framework`, `frameworks`) are shared ones, found where they lie. */
export function parseDotNetRuntimeConfig(bytes: Uint8Array): { framework: string; version: string }[] {
  const included = objectAt(parseJsonObject(bytes), 'runtimeOptions').includedFrameworks;
  if (!Array.isArray(included)) return [];
  return included.flatMap((each: unknown) => {
    if (typeof each !== 'object' || each === null) return [];
    const framework = textAt(each as Record<string, unknown>, 'name');
    const version = textAt(each as Record<string, unknown>, 'version');
    return framework === undefined || version === undefined ? [] : [{ framework, version }];
  });
}
