// Makes the image that is measured: one layer of about 1.4 GB with a registry as large as a Server Core's.
import { createHash } from 'node:crypto';
import { createReadStream, renameSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { digestOf } from '../src/base/digest.ts';
import { buildHive, dword, type KeySpec, sz } from '../test/builders/hive.ts';
import { file } from '../test/builders/tar.ts';
import { writeBigLayer } from './layer-content.ts';

const VERSION = '10.0.20348.2322';

/** Keys of class registrations, which make up most of a real SOFTWARE hive: about 30 MB. */
const CLASSES = 60_000;
/** Servicing packages of a Server Core base. */
const PACKAGES = 3_000;

/** Writes an OCI layout; `layer.path` in it names the layer for other programs. */
export async function writeBigImage(folder: string): Promise<void> {
  const blobs = join(folder, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  const layerPath = join(folder, 'big-layer.tar.gz');
  const config = 'Files/Windows/System32/config';
  const { diffId } = await writeBigLayer(layerPath, [
    file(`${config}/SOFTWARE`, buildHive({ root: software() })),
    file(`${config}/SYSTEM`, buildHive({ root: key('ROOT', [key('Select', [], [dword('Current', 1)])]) })),
  ]);
  const hash = createHash('sha256');
  await pipeline(createReadStream(layerPath), hash);
  const layerHex = hash.digest('hex');
  const { size } = statSync(layerPath);
  renameSync(layerPath, join(blobs, layerHex));

  const write = (document: unknown): { digest: string; size: number } => {
    const bytes = Buffer.from(JSON.stringify(document));
    const digest = digestOf(bytes);
    writeFileSync(join(blobs, digest.slice('sha256:'.length)), bytes);
    return { digest, size: bytes.length };
  };
  const platform = { os: 'windows', architecture: 'amd64', 'os.version': VERSION };
  const imageConfig = write({ ...platform, rootfs: { type: 'layers', diff_ids: [diffId] }, history: [] });
  const manifest = write({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...imageConfig },
    layers: [
      { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: `sha256:${layerHex}`, size },
    ],
  });
  const listed = { mediaType: 'application/vnd.oci.image.manifest.v1+json', ...manifest, platform };
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [listed] }));
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  // Where other programs find the layer.
  writeFileSync(join(folder, 'layer.path'), join('blobs', 'sha256', layerHex));
}

function software(): KeySpec {
  const currentVersion = key(
    'CurrentVersion',
    [],
    [
      sz('CurrentBuildNumber', '20348'),
      dword('UBR', 2322),
      sz('InstallationType', 'Server Core'),
      sz('EditionID', 'ServerDatacenter'),
    ],
  );
  const packages = Array.from({ length: PACKAGES }, (_, index) =>
    key(
      `Microsoft-Windows-Component-${index}-Package~31bf3856ad364e35~amd64~~10.0.20348.${index}`,
      [],
      [dword('CurrentState', 112), dword('Visibility', 2), sz('InstallName', 'update.mum')],
    ),
  );
  const servicing = key('Component Based Servicing', [key('Packages', packages)]);
  const classes = Array.from({ length: CLASSES }, (_, index) =>
    key(
      `{${index.toString(16).padStart(8, '0')}-0000-0000-C000-000000000046}`,
      [
        key(
          'InprocServer32',
          [],
          [sz('', `%SystemRoot%\\system32\\component${index}.dll`), sz('ThreadingModel', 'Both')],
        ),
      ],
      [sz('', `Component ${index}`)],
    ),
  );
  return key('ROOT', [
    key('Classes', [key('CLSID', classes)]),
    key('Microsoft', [
      key('Windows', [key('CurrentVersion', [servicing])]),
      key('Windows NT', [currentVersion]),
    ]),
  ]);
}

function key(name: string, subkeys: KeySpec[] = [], values: KeySpec['values'] = []): KeySpec {
  return { name, subkeys, values };
}
