// Parts whose answers may be those of the Clair behind us.
import type { MatcherPart, NotifierPart } from '../../http/service-parts.ts';
import type { Matcher } from '../../service/matcher/matcher.ts';
import type { Notifier } from '../../service/notifier/notifier.ts';
import { notificationsOfBoth, vulnerabilityReportOfEither } from '../../service/upstream/forwarding.ts';
import type { UpstreamClair } from '../../service/upstream/upstream-clair.ts';
import type { Manifests } from '../../store/manifests.ts';

export function reportsOf(
  matcher: Matcher,
  { manifests, upstream }: { readonly manifests: Manifests; readonly upstream: UpstreamClair | undefined },
): MatcherPart {
  return {
    vulnerabilityReport: (digest) =>
      upstream
        ? vulnerabilityReportOfEither({ own: matcher, upstream, manifests }, digest)
        : matcher.vulnerabilityReport(digest),
    updateOperations: (kind, latest) => matcher.updateOperations(kind, latest),
    deleteOperation: (ref) => matcher.deleteOperation(ref),
    updateDiff: (current, previous) => matcher.updateDiff(current, previous),
  };
}

/** `undefined`: nobody notifies, neither we nor somebody behind us. */
export function notificationsOf(
  own: Notifier | undefined,
  upstream: UpstreamClair | undefined,
): NotifierPart | undefined {
  return upstream ? notificationsOfBoth(own, upstream) : own;
}
