// Makes the documents that a Clair indexes from what a registry says of an image.
import { concurrently } from '../../base/concurrently.ts';
import { type Digest, digestHex } from '../../base/digest.ts';
import { ImageError } from '../../images/image-error.ts';
import type { Image, LayerDescriptor } from '../../images/image-source.ts';
import { parseReference, type Reference } from '../../images/registry/reference.ts';
import type { Registries } from '../../images/registry/registries.ts';
import type { BlobLocation } from '../../images/registry/registry-client.ts';
import type { ClairLayer, ClairManifest } from '../../model/clair.ts';

/** One image that a name led to. */
export interface NamedImage {
  /** The last element of the name's path, with tag; and of several images of one name the digest. */
  readonly shown: string;
  readonly digest: Digest;
  /** Asks the registry for every layer; what it gives is good for as long as the registry's token lives. */
  makeManifest(): Promise<ClairManifest>;
}

/** Requests that read one byte each. */
const PARALLEL_LAYERS = 8;

/** clairctl knows no other. */
const LINUX = { os: 'linux', architecture: 'amd64' };

/** Enough to tell images of one index apart. */
const SHOWN_DIGITS = 12;

/**
 * The images that `name` means: one, or of an index all for Windows, or where there is none the one for linux/amd64.
 * Throws ImageError.
 */
export async function findImages(registries: Registries, name: string): Promise<readonly NamedImage[]> {
  const target = name.replace(/^(?:registry:|docker:\/\/)/, '');
  const reference = parseReference(target);
  const images = await open(registries, target);
  await Promise.all(images.map((image) => image.close()));
  const shown = target.split('/').at(-1)!;
  return images.map((image) => {
    const digest = image.digest!;
    const isOne = images.length === 1;
    return {
      shown: isOne ? shown : `${shown.replace(/@.*/, '')}@${digestHex(digest).slice(0, SHOWN_DIGITS)}`,
      digest,
      makeManifest: () => makeManifest(registries, reference, digest, image.layers),
    };
  });
}

async function open(registries: Registries, target: string): Promise<readonly Image[]> {
  try {
    return await registries.open(target, target, { all: true });
  } catch (error) {
    if (!(error instanceof ImageError && error.code === 'PLATFORM_NOT_FOUND')) throw error;
    return registries.open(target, target, { platform: LINUX });
  }
}

async function makeManifest(
  registries: Registries,
  reference: Reference,
  hash: Digest,
  layers: readonly LayerDescriptor[],
): Promise<ClairManifest> {
  // The same layer may stand in an image several times.
  const distinct = [...new Map(layers.map((layer) => [layer.digest!, layer])).values()];
  const located = await concurrently(distinct, PARALLEL_LAYERS, async (layer) => {
    const found = await locate(registries, reference, layer);
    return [layer.digest!, clairLayer(layer.digest!, found)] as const;
  });
  const byDigest = new Map(located);
  return { hash, layers: layers.map((layer) => byDigest.get(layer.digest!)!) };
}

async function locate(
  registries: Registries,
  reference: Reference,
  layer: LayerDescriptor,
): Promise<BlobLocation> {
  const elsewhere = foreignLocation(layer);
  try {
    const found = (await registries.locate(reference, layer.digest!)) ?? elsewhere;
    if (found) return found;
  } catch (error) {
    // Behind a mirror the registry itself may be out of reach for good; the indexer will see.
    if (elsewhere && error instanceof ImageError) return elsewhere;
    throw error;
  }
  throw new ImageError(
    'BLOB_MISSING',
    `the registry has no layer ${layer.digest}, and no other place is known; push the image anew`,
  );
}

/** The first address that the manifest gives for a foreign layer. */
function foreignLocation({ foreign, urls = [] }: LayerDescriptor): BlobLocation | undefined {
  const [first = ''] = foreign ? urls : [];
  if (!URL.canParse(first)) return undefined;
  const url = new URL(first);
  return /^https?:$/.test(url.protocol) ? { url, headers: {} } : undefined;
}

function clairLayer(hash: Digest, { url, headers }: BlobLocation): ClairLayer {
  const named = Object.entries(headers).map(([name, value]) => [goName(name), [value]] as const);
  return { hash, uri: url.href, headers: Object.fromEntries(named) };
}

/** `authorization` → `Authorization`: the way Go writes names of headers, which clairctl posts. */
function goName(name: string): string {
  return name.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
