// A process to be killed: opens the database of a data directory and stores manifests for ever. Arguments: data directory,
// a name for its manifests. Writes "open", then the number of each manifest that is stored, a line each.
import { createLogger } from '../../src/base/log.ts';
import { Manifests } from '../../src/store/manifests.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { systemSubject, windowsManifest } from './stored-manifest.ts';

const [dataFolder = '', name = ''] = process.argv.slice(2);
const database = await openDatabase({ dataFolder, migrations: true, log: createLogger('silent') });
process.stdout.write('open\n');
const manifests = new Manifests(database);
for (let index = 0; ; index++) {
  await manifests.save(windowsManifest(`${name} ${index}`, [systemSubject(20348, index % 5)]));
  process.stdout.write(`${index}\n`);
}
