// What an update leaves in the log: one line on what changed, and a warning for all that went otherwise than it should.
import type { RefusalReason } from '../../advisories/guard.ts';
import type { Logger } from '../../base/log.ts';
import type { FeedReport, FeedReports } from './feed-reports.ts';

const REASONS: Readonly<Record<RefusalReason, string>> = {
  empty: 'is served without any entry',
  older: 'is served with an older date than before',
  smaller: 'is served markedly smaller than before',
};

export interface UpdateToLog {
  readonly reports: FeedReports;
  /** In force afterwards. */
  readonly version: string | undefined;
  readonly changed: boolean;
  readonly nextAt: Date;
}

export function logUpdate(log: Logger, { reports, version, changed, nextAt }: UpdateToLog): void {
  const feeds = Object.entries(reports) as [string, FeedReport | undefined][];
  for (const [feed, report] of feeds) {
    for (const { what, reason, reads } of report?.refused ?? []) {
      log.warn(
        { feed, what, reason, reads },
        `${what} ${REASONS[reason]}; the copy kept stays until this is confirmed (read ${reads} of 3, over 72 hours)`,
      );
    }
    for (const failure of report?.failures ?? []) {
      log.warn({ feed }, `${failure}; what was known before stays, next attempt at ${nextAt.toISOString()}`);
    }
  }
  const read = Object.fromEntries(
    feeds.flatMap(([feed, report]) =>
      report ? [[feed, { read: report.read, known: report.known, seconds: rounded(report.seconds) }]] : [],
    ),
  );
  log.info({ version, ...read }, sentence(version, changed));
}

function sentence(version: string | undefined, changed: boolean): string {
  if (version === undefined) return 'there are no advisories yet: nothing can be said of any image';
  return changed ? `advisories are now at version ${version}` : `advisories stay at version ${version}`;
}

function rounded(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
