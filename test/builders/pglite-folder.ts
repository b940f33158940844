// Data directories with an empty PGlite in them: making one takes seconds, copying one a moment.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../src/base/log.ts';
import { PgliteDatabase } from '../../src/store/pglite-database.ts';

/** Of the package, since its files are those of one version of PostgreSQL. */
const VERSION = (
  JSON.parse(
    readFileSync(new URL('../../node_modules/@electric-sql/pglite/package.json', import.meta.url), 'utf8'),
  ) as { version: string }
).version;

/** Copies an empty database into `dataFolder`; made once per machine and version. */
export async function putPgliteInto(dataFolder: string): Promise<void> {
  const template = join(tmpdir(), `clearstory-pglite-${VERSION}`);
  if (!existsSync(template)) await makeTemplate(template);
  mkdirSync(dataFolder, { recursive: true });
  cpSync(join(template, 'database'), join(dataFolder, 'database'), { recursive: true });
}

/** Whoever is first has made it for all. */
async function makeTemplate(template: string): Promise<void> {
  const unfinished = mkdtempSync(`${template}-`);
  try {
    await (await PgliteDatabase.open(unfinished, createLogger('silent'))).close();
    renameSync(unfinished, template);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(template)) throw error;
  }
}
