// Makes the parts of the service out of the configuration, and connects them.
import { join } from 'node:path';
import type { Logger } from '../../base/log.ts';
import { READER_VERSION } from '../../layers/reader-version.ts';
import type { Configuration } from '../../service/configuration/configuration.ts';
import { Housekeeping } from '../../service/housekeeping.ts';
import { SCANNER_VERSION } from '../../service/indexer/scanner-version.ts';
import { CurrentKnowledge } from '../../service/knowledge.ts';
import { Matcher } from '../../service/matcher/matcher.ts';
import { StoredLibraries } from '../../service/updater/stored-libraries.ts';
import { Updater } from '../../service/updater/updater.ts';
import { IndexState } from '../../service/upstream/index-state.ts';
import { openUpstream } from '../../service/upstream/open-upstream.ts';
import { AdvisoriesVersions } from '../../store/advisories-versions.ts';
import { LibraryFiles } from '../../store/library-files.ts';
import { Manifests } from '../../store/manifests.ts';
import { openDatabase } from '../../store/open-database.ts';
import { Settings } from '../../store/settings.ts';
import { Subjects } from '../../store/subjects.ts';
import { readAuthorities } from './authorities.ts';
import type { Ground } from './ground.ts';
import { openIndexer } from './open-indexer.ts';
import { openNotifier } from './open-notifier.ts';
import { notificationsOf, reportsOf } from './routed-parts.ts';
import type { ServiceParts } from './service-parts.ts';

const MIB = 1024 * 1024;

/** Waits for the database. Throws ClearstoryError when the service cannot run so. */
export async function composeParts(
  configuration: Configuration,
  version: string,
  log: Logger,
): Promise<ServiceParts> {
  const { dataFolder, caFile } = configuration.clearstory;
  const ca = await readAuthorities(caFile);
  const database = await openDatabase({ ...configuration.database, dataFolder, log });
  return connectParts({ configuration, version, ca, database, log });
}

function connectParts(ground: Ground): ServiceParts {
  const { configuration, ca, database, log } = ground;
  const { clearstory, mode } = configuration;
  const runs = (part: 'indexer' | 'matcher' | 'notifier'): boolean => mode === 'combo' || mode === part;
  const manifests = new Manifests(database);
  const versions = new AdvisoriesVersions(database);
  const subjects = new Subjects(database);
  const libraries = new StoredLibraries(new LibraryFiles(database), join(clearstory.dataFolder, 'libraries'));
  const knowledge = new CurrentKnowledge({ versions, libraries: (id) => libraries.of(id), log });
  const cacheBytes = clearstory.reportCacheMb * MIB;
  const scores = !configuration.matcher.disableEnrichment;
  const matcher = new Matcher({ manifests, subjects, versions, knowledge, cacheBytes, scores });
  const upstream = clearstory.upstream && openUpstream(clearstory.upstream, { ca, log });
  const memory = new Settings(database);
  const state = new IndexState({ own: SCANNER_VERSION, upstream, memory, log });
  const indexer = runs('indexer') ? openIndexer(ground, { manifests, upstream, state }) : undefined;
  const updater = runs('matcher') ? new Updater(updaterOptions(ground)) : undefined;
  const housekeeping = runs('indexer')
    ? new Housekeeping({ database, readerVersion: String(READER_VERSION), log })
    : undefined;
  // As in Clair: together with the others it is there only if somebody is to be told.
  const isTelling =
    mode === 'notifier' || (runs('notifier') && configuration.notifier.delivery !== undefined);
  const notifier = isTelling ? openNotifier(ground, { versions, knowledge, subjects, matcher }) : undefined;
  // The modes differ in what they answer and in what they do of themselves; reading the advisories costs little.
  knowledge.onChange((current) => {
    notifier?.advisoriesChanged();
    if (!runs('matcher')) return;
    matcher
      .prepare(current)
      .catch((error: unknown) => log.warn({ err: error }, 'reports could not be prepared'));
  });
  return {
    indexer: indexer && {
      state: () => indexer.state(),
      index: (manifest) => indexer.index(manifest),
      indexReport: (digest) => indexer.indexReport(digest),
      delete: (digests) => indexer.delete(digests),
      affectedManifests: (vulnerabilities) => matcher.affectedManifests(vulnerabilities),
    },
    matcher: runs('matcher') ? reportsOf(matcher, { manifests, upstream }) : undefined,
    notifier: runs('notifier') ? notificationsOf(notifier, upstream) : undefined,
    async start() {
      await Promise.all([knowledge.start(), state.start()]);
      indexer?.start();
      updater?.start();
      notifier?.start();
      housekeeping?.start();
    },
    async stop() {
      knowledge.stop();
      await Promise.all([state.stop(), updater?.stop(), notifier?.stop(), housekeeping?.stop()]);
    },
    async drain() {
      await indexer?.drain();
    },
    async close() {
      await upstream?.close();
      await database.close();
    },
  };
}

function updaterOptions({
  configuration,
  ca,
  database,
  log,
}: Ground): ConstructorParameters<typeof Updater>[0] {
  const { matcher, clearstory } = configuration;
  return {
    database,
    scratchFolder: join(clearstory.dataFolder, 'feeds'),
    settings: {
      periodMs: matcher.periodMs,
      retention: matcher.updateRetention,
      disableUpdaters: matcher.disableUpdaters,
      sets: matcher.updaterSets,
      feed: clearstory.feed,
      osv: clearstory.osv,
      ca,
    },
    log,
  };
}
