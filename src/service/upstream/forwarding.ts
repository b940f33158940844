// Asks the Clair behind us for what this service does not know itself.
import type { RenderedBody } from '../../model/rendered-body.ts';

type Report = RenderedBody & { readonly maxAge?: number };

export interface ReportSources {
  /** Reports of what was indexed here. */
  readonly own: { vulnerabilityReport(digest: string): Promise<Report | undefined> };
  readonly upstream: { vulnerabilityReport(digest: string): Promise<Report | undefined> };
  readonly manifests: { find(digest: string): Promise<{ readonly kind: string } | undefined> };
}

/**
 * A manifest that was never posted here may be one that the upstream indexed before this service stood in front of it.
 * That of a Windows image it is not asked for: whether it is up must not matter to them.
 */
export async function vulnerabilityReportOfEither(
  { own, upstream, manifests }: ReportSources,
  digest: string,
): Promise<Report | undefined> {
  const report = await own.vulnerabilityReport(digest);
  if (report) return report;
  const known = await manifests.find(digest);
  return known?.kind === 'windows' ? undefined : await upstream.vulnerabilityReport(digest);
}

export interface NotificationSource {
  page(id: string, query: NotificationQuery): Promise<RenderedBody | undefined>;
  delete(id: string): Promise<boolean>;
}

export interface NotificationQuery {
  readonly size: number;
  /** The last element of the page before. */
  readonly next: string | undefined;
}

interface UpstreamNotifications {
  notificationPage(id: string, query: NotificationQuery): Promise<RenderedBody | undefined>;
  deleteNotification(id: string): Promise<boolean>;
}

/** Without `own` nothing is notified here, and all are the upstream's. */
export function notificationsOfBoth(
  own: NotificationSource | undefined,
  upstream: UpstreamNotifications,
): NotificationSource {
  return {
    page: async (id, query) => (await own?.page(id, query)) ?? (await upstream.notificationPage(id, query)),
    delete: async (id) => (await own?.delete(id)) || (await upstream.deleteNotification(id)),
  };
}
