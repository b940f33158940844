// What both reports say of the content of an image: packages, distribution, and where each package lies.
import type { ClairContent, ClairDistribution, ClairEnvironment, ClairPackage } from '../../model/clair.ts';
import type { IndexedImage, IndexedPackage } from '../../model/indexed-image.ts';
import { distributionOf, WINDOWS_ID } from './distribution.ts';

/** `layers`: the distinct digests of the manifest as posted, base first. Without an image: no content. */
export function contentOf(
  digest: string,
  image: IndexedImage | undefined,
  layers: readonly string[],
): ClairContent {
  const packages: Record<string, ClairPackage> = {};
  const environments: Record<string, ClairEnvironment[]> = {};
  for (const each of image?.packages ?? []) {
    packages[each.id] = toPackage(each, image);
    environments[each.id] = each.places.map(({ database, layer }) => ({
      package_db: database,
      introduced_in: layers[layer] ?? '',
      distribution_id: image?.system ? WINDOWS_ID : '',
      repository_ids: [],
    }));
  }
  const distributions: Record<string, ClairDistribution> = image?.system
    ? { [WINDOWS_ID]: distributionOf(image.system) }
    : {};
  return { manifest_hash: digest, packages, distributions, repository: {}, environments };
}

function toPackage({ id, name, version, kind, cpe }: IndexedPackage, image?: IndexedImage): ClairPackage {
  const system = kind === 'os' ? image?.system : undefined;
  return {
    id,
    name,
    version,
    // Ten numbers, the first of which is the epoch.
    normalized_version: system ? `windows:0.10.0.${system.build}.${system.revision}.0.0.0.0.0` : '',
    ...(system?.architecture ? { arch: system.architecture } : {}),
    ...(cpe === undefined ? {} : { cpe }),
  };
}
