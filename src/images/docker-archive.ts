// Opens images from the tar archives of `docker save`.
import { posix } from 'node:path';
import { type Digest, digestOf } from '../base/digest.ts';
import { parseWindowsVersion } from '../model/windows-version.ts';
import { ArchiveTree } from './archive-tree.ts';
import type { Selection } from './choose-manifest.ts';
import { describeLayers } from './describe-layers.ts';
import { type FileTree, missing } from './file-tree.ts';
import { MAX_CONFIG_BYTES, parseImageConfig } from './image-config.ts';
import { ImageError } from './image-error.ts';
import type { Image, ImageConfig, LayerDescriptor, ReadOptions } from './image-source.ts';
import { JsonDocument, parseJson } from './json-document.ts';
import { locate } from './locate.ts';
import { type Descriptor, MAX_MANIFEST_BYTES, readDescriptor } from './manifest.ts';
import type { OpenOptions } from './open-options.ts';
import { formatPlatform, matchesPlatform } from './platform.ts';

/** Layers are stored as plain tars, whatever they were in the registry. */
const LAYER_TYPE = 'application/vnd.docker.image.rootfs.diff.tar';

/** One image of manifest.json. */
interface SavedImage {
  readonly configPath: string;
  readonly names: readonly string[];
  readonly layerPaths: readonly string[];
  /** Foreign layers by diff id: what they are in the registry they came from. */
  readonly origins: ReadonlyMap<string, Descriptor>;
}

/** Opens `PATH[:repository:tag]`, or `PATH@digest` with the digest of a config. Throws ImageError. */
export async function openDockerArchive(
  target: string,
  location: string,
  { selection }: OpenOptions,
): Promise<readonly Image[]> {
  const place = await locate(location);
  if (place.isDirectory) {
    throw new ImageError('NOT_AN_IMAGE', `${place.path} is a directory; docker-archive: takes a tar file`);
  }
  const tree = await ArchiveTree.open(place.path, 'docker archive');
  return openSavedImage(target, tree, place.tag ?? place.digest, selection);
}

/**
 * The image that `name` means in an archive of `docker save`; the image takes over the archive, which is closed when
 * this throws. Throws ImageError.
 */
export async function openSavedImage(
  target: string,
  tree: FileTree,
  name: string | undefined,
  selection: Selection | undefined,
): Promise<readonly Image[]> {
  try {
    const saved = chooseImage(await readManifestFile(tree), name, tree);
    return [await loadSavedImage(target, saved, tree, selection)];
  } catch (error) {
    await tree.close();
    throw error;
  }
}

async function readManifestFile(tree: FileTree): Promise<SavedImage[]> {
  if ((await tree.sizeOf('manifest.json')) === undefined) {
    throw new ImageError('NOT_AN_IMAGE', `${tree.where} has no manifest.json; was it made by "docker save"?`);
  }
  const where = `manifest.json of ${tree.where}`;
  const images = parseJson(await tree.read('manifest.json', MAX_MANIFEST_BYTES), where);
  if (!Array.isArray(images)) throw new ImageError('INVALID_DOCUMENT', `${where} is not a list of images`);
  return images.map((image) => readSavedImage(new JsonDocument(image, where)));
}

function readSavedImage(document: JsonDocument): SavedImage {
  const origins = new Map<string, Descriptor>();
  const sources = document.object('LayerSources');
  for (const diffId of sources?.keys() ?? []) {
    const origin = sources?.object(diffId);
    if (origin !== undefined) origins.set(diffId, readDescriptor(origin));
  }
  return {
    configPath: document.string('Config') ?? '',
    names: document.strings('RepoTags'),
    layerPaths: document.strings('Layers'),
    origins,
  };
}

/** The image that `name`, a repository with tag or the digest of a config, means; without it the only one. */
function chooseImage(images: readonly SavedImage[], name: string | undefined, tree: FileTree): SavedImage {
  const [first, ...others] = images;
  if (first === undefined) throw new ImageError('NOT_AN_IMAGE', `${tree.where} holds no image`);
  if (name === undefined && others.length === 0) return first;

  const chosen = images.find((image) => image.names.includes(name!) || configDigest(image) === name);
  if (chosen !== undefined) return chosen;
  const choices = images.flatMap((image) =>
    image.names.length > 0 ? image.names : [`@${configDigest(image)}`],
  );
  const list = choices.map((choice) => `  ${choice.startsWith('@') ? '' : ':'}${choice}`).join('\n');
  throw name === undefined
    ? new ImageError(
        'TAG_AMBIGUOUS',
        `${tree.where} holds several images; append one of these names:\n${list}`,
      )
    : new ImageError('NOT_FOUND', `${tree.where} has no image named ${name}; there is:\n${list}`);
}

/** The digest that the config's file name states: `<hex>.json`, or `blobs/sha256/<hex>` since Docker 25. */
function configDigest({ configPath }: SavedImage): string | undefined {
  const hex = /^([0-9a-f]{64})(?:\.json)?$/.exec(posix.basename(configPath))?.[1];
  return hex && `sha256:${hex}`;
}

async function loadSavedImage(
  target: string,
  saved: SavedImage,
  tree: FileTree,
  selection: Selection | undefined,
): Promise<Image> {
  const where = `config ${saved.configPath} of ${tree.where}`;
  const bytes = await tree.read(saved.configPath, MAX_CONFIG_BYTES);
  const digest = digestOf(bytes);
  if ((configDigest(saved) ?? digest) !== digest) {
    throw new ImageError(
      'DIGEST_MISMATCH',
      `${where} has digest ${digest}; it is damaged or was tampered with`,
    );
  }
  const config = parseImageConfig(bytes, where);
  const { platform, latestOf } = selection ?? {};
  const isOther =
    (platform !== undefined && !matchesPlatform(platform, config)) ||
    (latestOf !== undefined && parseWindowsVersion(config.osVersion ?? '')?.build !== latestOf);
  if (isOther) {
    const wanted = platform === undefined ? `build ${latestOf}` : formatPlatform(platform);
    throw new ImageError(
      'PLATFORM_NOT_FOUND',
      `${tree.where} holds ${formatPlatform(config)} but nothing for ${wanted}`,
    );
  }
  const layers = await describeSavedLayers(saved, config, tree);
  const paths = new Map(layers.map((layer, index) => [layer.diffId, saved.layerPaths[index]!]));
  return {
    target,
    digest,
    config,
    layers,
    openLayer: (layer, options) => openSavedLayer(tree, paths, layer, options),
    close: () => tree.close(),
  };
}

async function describeSavedLayers(
  saved: SavedImage,
  config: ImageConfig,
  tree: FileTree,
): Promise<readonly LayerDescriptor[]> {
  const stored = [];
  for (const [index, path] of saved.layerPaths.entries()) {
    const origin = saved.origins.get(config.diffIds[index] ?? '');
    stored.push({
      digest: undefined,
      mediaType: origin?.mediaType || LAYER_TYPE,
      sizeBytes: (await tree.sizeOf(path)) ?? 0,
      urls: origin?.urls ?? [],
    });
  }
  return describeLayers(stored, config, tree.where);
}

async function* openSavedLayer(
  tree: FileTree,
  paths: ReadonlyMap<Digest | undefined, string>,
  layer: LayerDescriptor,
  options?: ReadOptions,
): AsyncGenerator<Buffer> {
  const path = paths.get(layer.diffId);
  if (path === undefined) throw missing(tree.where, `layer ${layer.diffId}`);
  yield* tree.stream(path, options);
}
