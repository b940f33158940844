// `npm run bench`: how fast scans and updates are, as ratios against other programs in the same run.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isInstalled } from '../test/builders/installed.ts';
import { writeBigImage } from './big-image.ts';
import { best, type Measurement, measure } from './measure.ts';
import { serveImage } from './served-image.ts';

const ROOT = resolve(import.meta.dirname, '..');
const DATA = join(import.meta.dirname, '.data');
const COMMAND = join(ROOT, 'dist/cli/main.js');
const FEED = resolve(ROOT, '../shared/data/msrc');
const CACHE = join(DATA, 'cache');
const IMAGE = join(DATA, 'image');

/** References in a sweep. */
const SWEEP = 200;

function line(what: string, own: Measurement, reference: string, other: Measurement): void {
  const ratio = (own.seconds / other.seconds).toFixed(2);
  console.log(
    `${what}: ${own.seconds.toFixed(2)} s, ${own.megabytes.toFixed(0)} MB; ${reference}: ${other.seconds.toFixed(2)} s; ratio ${ratio}`,
  );
}

function clearstory(...args: string[]): Promise<Measurement> {
  return measure(process.execPath, [COMMAND, ...args], { CLEARSTORY_CACHE_DIR: CACHE });
}

function shell(script: string): Promise<Measurement> {
  return measure('bash', ['-c', `set -o pipefail; ${script}`], { CLEARSTORY_CACHE_DIR: CACHE });
}

if (!existsSync(IMAGE)) {
  console.log('making the image, once');
  mkdirSync(DATA, { recursive: true });
  await writeBigImage(`${IMAGE}.new`);
  renameSync(`${IMAGE}.new`, IMAGE);
}
rmSync(CACHE, { recursive: true, force: true });

if (existsSync(FEED)) {
  const read = await shell(`cat ${FEED}/*.zst | zstd -dc | grep -c Remediation >/dev/null`);
  line('update, all documents', await clearstory('update', '-q', '--from', FEED), 'zstd -dc | grep', read);
  line('update, nothing new', await clearstory('update', '-q', '--from', FEED), 'zstd -dc | grep', read);
} else {
  console.log(`update: skipped, there are no documents at ${FEED}; scans fetch the advisories from MSRC`);
}

const layerPath = readFileSync(join(IMAGE, 'layer.path'), 'utf8');
const unzipped = await best(3, () => shell(`gzip -dc < ${join(IMAGE, layerPath)} | sha256sum >/dev/null`));
const scanned = await best(3, () => {
  rmSync(join(CACHE, 'layers'), { recursive: true, force: true });
  return clearstory('scan', '-q', `oci-dir:${IMAGE}`, '-o', 'json');
});
line('scan of a 1.4 GB layer', scanned, 'gzip -dc | sha256sum', unzipped);

const started = await best(5, () => measure(process.execPath, ['-e', '']));
line(
  'scan of the same image, cached',
  await best(5, () => clearstory('scan', '-q', `oci-dir:${IMAGE}`)),
  'node -e ""',
  started,
);

if (isInstalled('docker-registry', 'curl')) {
  const served = await serveImage(IMAGE);
  try {
    const fetched = await best(3, () =>
      shell(`curl -sSf ${served.layerUrl} | gzip -dc | sha256sum >/dev/null`),
    );
    const pulled = await best(3, () => {
      rmSync(join(CACHE, 'layers'), { recursive: true, force: true });
      return clearstory('scan', '-q', served.reference, '-o', 'json');
    });
    line('pull and scan of it', pulled, 'curl | gzip -dc | sha256sum', fetched);

    const list = join(DATA, 'references.txt');
    writeFileSync(list, `${served.reference}\n`.repeat(SWEEP));
    const sweep = await best(3, () => shell(`${process.execPath} ${COMMAND} scan - --quick -q < ${list}`));
    const urls = join(DATA, 'urls.txt');
    writeFileSync(urls, `url = ${served.manifestUrl}\noutput = /dev/null\n`.repeat(SWEEP));
    const asked = await best(3, () => shell(`curl -sSf -H 'Accept: ${served.manifestType}' -K ${urls}`));
    line(`${SWEEP} references, --quick`, sweep, `curl of as many manifests`, asked);
  } finally {
    await served.close();
  }
}
