// What Microsoft no longer says of a release out of support, inferred from the sibling that lives on with the same code.
import type { Advisories } from '../model/advisories.ts';
import type { Finding } from '../model/finding.ts';
import type { Inventory, Notice } from '../model/inventory.ts';
import { formatWindowsVersion } from '../model/windows-version.ts';
import { OS_PACKAGE_ID } from '../windows/operating-system-package.ts';
import { endOfSupport, type Sibling, type WindowsRelease, windowsRelease } from '../windows/releases.ts';
import { entryFinding } from './entry-finding.ts';
import type { FixDecision } from './fix-decision.ts';
import { fixDecisions } from './match-operating-system.ts';
import { triage } from './triage.ts';

/**
 * Findings of status `inferred`: vulnerabilities published after the end of support for a sibling of the image's
 * Windows, fixed there from a revision that the image does not have. `stated` are the findings that Microsoft does list.
 */
export function inferUnstated(
  { os, packages, componentFiles }: Inventory,
  stated: readonly Finding[],
  advisories: Advisories,
): Finding[] {
  const release = os && windowsRelease(os.build);
  const subject = packages.find(({ id }) => id === OS_PACKAGE_ID);
  if (!os || !release || !subject) return [];
  const files = componentFiles && new Set(componentFiles);
  const end = endOfSupport(release, os.installationType);
  const known = new Set(stated.map(({ id }) => id));
  return (release.outlivedBy ?? []).flatMap((sibling) =>
    fixDecisions(advisories, asRelease(sibling, release), sibling.product).flatMap((decision) => {
      const { entry } = decision;
      const isNew = (entry.published ?? '') > end && entry.id.startsWith('CVE-') && !known.has(entry.id);
      if (!isNew || !isMissing(decision, os.revision)) return [];
      known.add(entry.id);
      const verdict = {
        entry,
        product: sibling.product,
        status: 'inferred' as const,
        rule: 'infer',
        // There is none for this release, and there will be none.
        fixedIn: undefined,
        kbs: [],
        note: noteOf(decision, sibling),
        uncertain: true,
        where: triage(entry, files),
      };
      return [entryFinding(verdict, subject, advisories)];
    }),
  );
}

/**
 * Why nothing was inferred of a release that Microsoft is silent about: no release that it still speaks of has the same
 * code, or the image has all that was fixed there. None where there is nothing to infer.
 */
export function inferenceNotices(
  { os }: Inventory,
  inferred: readonly Finding[],
  now: Date,
): readonly Notice[] {
  const release = os && windowsRelease(os.build);
  // Nano Server of a release that Server Core lives on in is matched as that: there is no silence.
  if (!os || !release || inferred.length > 0 || now.toISOString().slice(0, 10) <= release.endOfSupport)
    return [];
  const siblings = release.outlivedBy ?? [];
  const names = siblings.map(({ name }) => name).join(' and ');
  const message =
    siblings.length === 0
      ? `--infer adds nothing: no release that Microsoft listed longer shares the code of ${release.name}, so what was ` +
        'published since its end of support is not known'
      : `--infer adds nothing: of what Microsoft listed for ${names}, with the same code, this image lacks no more`;
  return [{ code: 'NOTHING_INFERRED', message, uncertain: siblings.length === 0 }];
}

/** The branch counts its revisions for all of its builds alike. */
function isMissing({ revision }: FixDecision, installed: number): boolean {
  return revision === undefined || installed < revision;
}

function asRelease(sibling: Sibling, release: WindowsRelease): WindowsRelease {
  return {
    build: sibling.build,
    name: sibling.name,
    coreProduct: sibling.product,
    fullProduct: undefined,
    endOfSupport: release.endOfSupport,
    siblings: [release.build, ...release.siblings].filter((build) => build !== sibling.build),
  };
}

function noteOf({ revision }: FixDecision, { name, build }: Sibling): string {
  const fix =
    revision === undefined ? 'has no fix yet' : `is fixed by ${formatWindowsVersion({ build, revision })}`;
  return `Microsoft lists nothing for this release any more; ${name}, which shares its code, ${fix}`;
}
