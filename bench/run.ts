// `npm run bench`: how fast scans and updates are, as ratios against other programs in the same run.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeBigImage } from './big-image.ts';
import { best, type Measurement, measure } from './measure.ts';

const ROOT = resolve(import.meta.dirname, '..');
const DATA = join(import.meta.dirname, '.data');
const COMMAND = join(ROOT, 'dist/cli/main.js');
const FEED = resolve(ROOT, '../shared/data/msrc');
const CACHE = join(DATA, 'cache');
const IMAGE = join(DATA, 'image');

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
  return measure('bash', ['-c', `set -o pipefail; ${script}`]);
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
