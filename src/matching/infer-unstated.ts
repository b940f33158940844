// What Microsoft no longer says of a release out of support, inferred from the sibling that lives on with the same code.
import type { Advisories } from '../model/advisories.ts';
import type { Finding } from '../model/finding.ts';
import type { Inventory } from '../model/inventory.ts';
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
