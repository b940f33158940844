// A replica of the indexer in a process of its own, for tests that kill it: indexes what it is sent.

import { createLogger } from '../../src/base/log.ts';
import type { ClairManifest } from '../../src/model/clair.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { newIndexer } from './test-indexer.ts';

export interface RunIndexerOrder {
  connstring: string;
  dataFolder: string;
  leaseSeconds: number;
  sweepSeconds: number;
  manifests: readonly ClairManifest[];
}

process.once('message', ({ connstring, dataFolder, manifests, ...options }: RunIndexerOrder) => {
  void run({ connstring, dataFolder, manifests, ...options });
});

async function run({ connstring, dataFolder, manifests, ...options }: RunIndexerOrder): Promise<void> {
  const log = createLogger('silent');
  const database = await openDatabase({ connstring, dataFolder, migrations: false, log });
  const indexer = newIndexer(database, options);
  indexer.start();
  for (const manifest of manifests) {
    indexer.index(manifest).then(
      () => process.send?.({ hash: manifest.hash }),
      (error: Error) => process.send?.({ hash: manifest.hash, error: error.message }),
    );
  }
}
