// What a reader must know beside the findings, as entries of the report: Quay shows nothing else that could say it.
import { unknownBuildNotice } from '../../matching/match.ts';
import type { ClairVulnerability } from '../../model/clair.ts';
import type { IndexedImage } from '../../model/indexed-image.ts';
import type { Notice, NoticeCode } from '../../model/inventory.ts';
import type { Severity } from '../../model/severity.ts';
import { endOfSupport, windowsRelease } from '../../windows/releases.ts';
import { endOfSupportNotice, isSupported } from '../end-of-support.ts';
import { ANY_WINDOWS, distributionOf } from './distribution.ts';
import { UNKNOWN_DATE } from './vulnerability.ts';

const LIFECYCLE =
  'https://learn.microsoft.com/virtualization/windowscontainers/deploy-containers/base-image-lifecycle';

/** Patch Tuesday comes every five weeks at most: whoever has none of the last forty days lacks all of a month. */
const OLD_DAYS = 40;
const DAY_MS = 24 * 60 * 60 * 1000;

export interface Circumstances {
  readonly now: Date;
  /** When the advisories were last read, ISO 8601. */
  readonly fetchedAt: string;
  /** Whether libraries were matched. */
  readonly librariesMatched: boolean;
}

/**
 * One entry a notice, of the first package, which is Windows where there is any. Without a package there is nothing to
 * attach one to; Quay says "Unsupported" of such an image, which nobody takes for clean.
 */
export function noticeVulnerabilities(
  image: IndexedImage,
  circumstances: Circumstances,
): ClairVulnerability[] {
  const [first] = image.packages;
  if (!first) return [];
  const distribution = image.system ? distributionOf(image.system) : ANY_WINDOWS;
  const notices = noticesOf(image, circumstances);
  const byCode = new Map<NoticeCode, Notice[]>();
  for (const notice of notices) byCode.set(notice.code, [...(byCode.get(notice.code) ?? []), notice]);
  return [...byCode].map(([code, same]) => {
    const name = `CLEARSTORY-${code.replaceAll('_', '-')}`;
    const severity = severityOf(code);
    return {
      id: `${name}/${first.id}`,
      updater: 'clearstory',
      name,
      description: same
        .map(({ message }) => `${message.charAt(0).toUpperCase()}${message.slice(1)}.`)
        .join(' '),
      issued: UNKNOWN_DATE,
      links: code === 'END_OF_SUPPORT' || code === 'UNKNOWN_BUILD' ? LIFECYCLE : '',
      severity,
      normalized_severity: severity,
      package: { id: first.id, name: first.name, version: '', normalized_version: '' },
      arch_op: 'equals',
      distribution,
      repository: { id: 'clearstory', name: 'Clearstory' },
      fixed_in_version: '',
    };
  });
}

/** What time, this version and the configuration say is found anew each time; the rest was found when indexing. */
function noticesOf(image: IndexedImage, { now, fetchedAt, librariesMatched }: Circumstances): Notice[] {
  const { system, notices, packages } = image;
  const release = system && windowsRelease(system.build);
  const type = system?.installationType === 'Nano Server' ? 'Nano Server' : undefined;
  const end = release && endOfSupport(release, type);
  const libraries = librariesMatched ? 0 : packages.filter(({ kind }) => kind === 'library').length;
  return [
    ...(end !== undefined && !isSupported(end, now) ? [endOfSupportNotice(release!.name, end)] : []),
    ...(system && !release ? [unknownBuildNotice(system.build)] : []),
    ...notices,
    ...(libraries > 0 ? [librariesNotMatched(libraries)] : []),
    ...oldAdvisories(now, fetchedAt),
  ];
}

function oldAdvisories(now: Date, fetchedAt: string): Notice[] {
  const days = Math.floor((now.getTime() - Date.parse(fetchedAt)) / DAY_MS);
  if (!(days > OLD_DAYS)) return [];
  const message = `the advisories are ${days} days old, so what was published since is missing; see why the service could not read newer ones`;
  return [{ code: 'ADVISORIES_OLD', message, uncertain: true }];
}

function librariesNotMatched(libraries: number): Notice {
  const subject =
    libraries === 1 ? 'one library of applications was' : `${libraries} libraries of applications were`;
  const message = `${subject} found and not looked up: the service has no advisories of OSV; set "osv" in its configuration`;
  return { code: 'LIBRARIES_NOT_MATCHED', message, uncertain: true };
}

/**
 * A Windows that gets no fixes any more is a fault by itself, and a grave one: policies that go by severity should act on
 * it. Everything else says that something was not judged, which is what Unknown means.
 */
function severityOf(code: NoticeCode): Severity {
  return code === 'END_OF_SUPPORT' ? 'High' : 'Unknown';
}
