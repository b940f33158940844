// Runs the service in this process: its parts, the two listeners in front of them, and how all of it ends.
import type { Logger } from '../../base/log.ts';
import { buildApi } from '../../http/api.ts';
import { readCertificate } from '../../http/certificate.ts';
import { beginClosing } from '../../http/close-server.ts';
import { discoveryRoutes } from '../../http/discovery-routes.ts';
import { indexerRoutes } from '../../http/indexer-routes.ts';
import { introspectionServer } from '../../http/introspection.ts';
import { listen } from '../../http/listen.ts';
import { matcherRoutes } from '../../http/matcher-routes.ts';
import { notifierRoutes } from '../../http/notifier-routes.ts';
import { exposeProcessMetrics } from '../../http/process-metrics.ts';
import type { Route } from '../../http/route.ts';
import type { PskSettings } from '../../service/configuration/auth-settings.ts';
import type { Configuration } from '../../service/configuration/configuration.ts';
import { verifyToken } from '../../service/tokens/verify-token.ts';
import { startTracing } from '../../service/tracing/start-tracing.ts';
import { composeParts } from './compose-parts.ts';
import type { ServiceParts } from './service-parts.ts';

export interface RunningService {
  /** Resolves when everything has come to its end; the process is cut off when that takes too long. */
  end(): Promise<void>;
}

/** Clair's, for requests that are being answered. */
const GRACE_MS = 10_000;
/** For answers to those that were waiting for an image to be indexed. */
const FAREWELL_MS = 1_000;
/** For all of it: supervisors kill after 30 seconds, and what is not written then is lost in the middle of something. */
const END_MS = 25_000;

/** Resolves when both listeners are open. Throws ClearstoryError when the service cannot run. */
export async function startService(
  configuration: Configuration,
  version: string,
  log: Logger,
): Promise<RunningService> {
  let isReady = false;
  let isEnding = false;
  const { clearstory, httpListenAddress, introspectionAddress, mode } = configuration;
  const tls = configuration.tls && (await readCertificate(configuration.tls));
  exposeProcessMetrics(version);
  const stopTracing = await startTracing(configuration.trace, version, log);
  const introspection = introspectionServer({
    metricsPath: configuration.metrics.prometheusPath,
    isReady: () => isReady,
  });
  let introspectionPort: number | undefined;
  try {
    // First: whoever started us can see that we live while the database is waited for.
    introspectionPort = await listen(introspection, introspectionAddress, 'introspection_addr');
  } catch (error) {
    // As in Clair: the service is worth more than its metrics.
    log.warn({ reason: (error as Error).message }, 'there will be neither health checks nor metrics');
  }
  let parts: ServiceParts | undefined;
  try {
    parts = await composeParts(configuration, version, log);
    const routes = routesOf(parts, configuration);
    const api = buildApi({
      routes: [...routes, ...discoveryRoutes(routes, version, configuration.auth !== undefined)],
      authorize: configuration.auth && authorizer(configuration.auth, log),
      maxBodyBytes: clearstory.limits.bodyBytes,
      server: { maxHeaderBytes: clearstory.limits.headerBytes, tls },
      log,
      isEnding: () => isEnding,
    });
    await api.ready();
    await parts.start();
    const port = await listen(api.server, httpListenAddress, 'http_listen_addr');
    isReady = true;
    const host = httpListenAddress.host ?? 'all addresses';
    log.info({ version, mode, host, port, introspectionPort }, 'ready');
    const running = parts;
    return {
      async end() {
        isReady = false;
        isEnding = true;
        const deadline = setTimeout(() => {
          log.error('the service did not end in time and is cut off');
          process.exit(1);
        }, END_MS);
        const answered = beginClosing(api.server);
        const stopped = running.stop();
        await answered(GRACE_MS);
        await running.drain();
        const isComplete = await answered(FAREWELL_MS);
        api.server.closeAllConnections();
        await stopped;
        await running.close();
        await stopTracing();
        beginClosing(introspection);
        introspection.closeAllConnections();
        clearTimeout(deadline);
        log.info({ cut: !isComplete }, 'ended');
      },
    };
  } catch (error) {
    introspection.close();
    introspection.closeAllConnections();
    await parts?.stop();
    await parts?.close();
    throw error;
  }
}

function routesOf(parts: ServiceParts, { indexer, matcher, clearstory }: Configuration): Route[] {
  const routes: Route[] = [];
  if (parts.indexer) {
    const { layers, requestSeconds } = clearstory.limits;
    const concurrency = indexer.indexReportRequestConcurrency;
    routes.push(...indexerRoutes(parts.indexer, { maxLayers: layers, requestSeconds, concurrency }));
  }
  if (parts.matcher) routes.push(...matcherRoutes(parts.matcher, { cacheAge: matcher.cacheAgeSeconds }));
  if (parts.notifier) routes.push(...notifierRoutes(parts.notifier));
  return routes;
}

function authorizer(psk: PskSettings, log: Logger): (header: string | undefined) => Promise<boolean> {
  return async (header) => {
    const verdict = await verifyToken(header, psk, new Date());
    if (verdict.kind === 'accepted') return true;
    log.info({ reason: verdict.reason }, 'a token was refused');
    return false;
  };
}
