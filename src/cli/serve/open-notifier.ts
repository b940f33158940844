// The notifier as the configuration wants it.
import type { CurrentKnowledge } from '../../service/knowledge.ts';
import type { Matcher } from '../../service/matcher/matcher.ts';
import { Notifier } from '../../service/notifier/notifier.ts';
import { openTarget } from '../../service/notifier/open-target.ts';
import { signToken } from '../../service/tokens/sign-token.ts';
import type { AdvisoriesVersions } from '../../store/advisories-versions.ts';
import type { Subjects } from '../../store/subjects.ts';
import type { Ground } from './ground.ts';

/** Clair's, which receivers may have in their configuration. */
const ISSUER = 'clair-notifier';

export function openNotifier(
  { configuration, version, ca, database, log }: Ground,
  sources: {
    readonly versions: AdvisoriesVersions;
    readonly knowledge: CurrentKnowledge;
    readonly subjects: Subjects;
    readonly matcher: Matcher;
  },
): Notifier {
  const { auth, notifier: settings } = configuration;
  const token = auth && (() => signToken(auth.key, ISSUER, new Date()));
  const target =
    settings.delivery && openTarget(settings.delivery, { userAgent: `clearstory/${version}`, token, ca });
  return new Notifier({ database, sources, target, settings, log });
}
