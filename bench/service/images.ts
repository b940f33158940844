// Images as Quay posts them, small in bytes and real in content.
import { digestOf } from '../../src/base/digest.ts';
import type { ClairManifest } from '../../src/model/clair.ts';
import { type BuiltLayer, buildImage, type LayerSpec } from '../../test/builders/image.ts';
import { file } from '../../test/builders/tar.ts';
import { baseLayer } from '../../test/builders/windows-image.ts';
import type { LayerServer } from './layer-server.ts';

/** What Quay sends with a layer: a registry token has about a kilobyte. */
const HEADERS = { Accept: ['application/gzip'], Authorization: [`Bearer ${'t'.repeat(1000)}`] };

export interface PostedImage {
  readonly digest: string;
  readonly body: string;
}

/** A base of Windows, of which `name` is the only thing that is special. */
export function windowsBase(build: number, revision: number, name: string): BuiltLayer {
  return builtLayer(baseLayer({ build, revision, entries: [file(`Files/${name}.txt`, name)] }));
}

/** A layer above with one file of an application. */
export function applicationLayer(name: string): BuiltLayer {
  return builtLayer({ entries: [file(`Files/app/${name}.txt`, name)] });
}

/** A manifest of these layers; its digest depends on `name` alone. */
export function postedImage(
  server: LayerServer,
  name: string,
  layers: readonly { readonly digest: string }[],
): PostedImage {
  const hash = digestOf(Buffer.from(name));
  const manifest: ClairManifest = {
    hash,
    layers: layers.map(({ digest }) => ({ hash: digest, uri: server.urlOf(digest), headers: HEADERS })),
  };
  return { digest: hash, body: JSON.stringify(manifest) };
}

function builtLayer(spec: LayerSpec): BuiltLayer {
  return buildImage({ layers: [spec] }).layers[0]!;
}
