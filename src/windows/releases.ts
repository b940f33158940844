// The Windows releases that container images are made of: name, MSRC product, end of support.

import type { InstallationType } from '../model/inventory.ts';

export interface WindowsRelease {
  readonly build: number;
  readonly name: string;
  /** MSRC product ID of Server Core, which Nano Server images share: MSRC lists no Nano product. */
  readonly coreProduct: string;
  /** MSRC product ID of the full installation (`server` and `windows` images), where there is one. */
  readonly fullProduct: string | undefined;
  /** Last day with security updates, `yyyy-mm-dd`. */
  readonly endOfSupport: string;
  /** Where Nano Server ended earlier than the rest. */
  readonly nanoEndOfSupport?: string;
  /** Products with the same code that Microsoft still speaks of after the end of support, the longest-lived last. */
  readonly outlivedBy?: readonly Sibling[];
  /** Builds of the same servicing branch: same files, same revisions, another enablement package. */
  readonly siblings: readonly number[];
  /** Revisions that are not this product's although the build is: Windows 11 24H2 counts 26100 its own way. */
  readonly foreignRevisions?: { readonly from: number; readonly to: number };
}

/** A client release of the same servicing branch: other build, same revisions. */
export interface Sibling {
  readonly name: string;
  readonly build: number;
  readonly product: string;
}

const WINDOWS_10_1909: Sibling = { name: 'Windows 10 1909', build: 18363, product: '11713' };
const WINDOWS_10_21H2: Sibling = { name: 'Windows 10 21H2', build: 19044, product: '11931' };
const WINDOWS_10_22H2: Sibling = { name: 'Windows 10 22H2', build: 19045, product: '12097' };

/**
 * Builds: https://learn.microsoft.com/virtualization/windowscontainers/deploy-containers/base-image-lifecycle.
 * Product IDs: the MSRC documents. The build decides, never `ProductName`: server bases of several
 * generations call themselves "Windows Server 2016 Datacenter".
 */
const RELEASES: readonly WindowsRelease[] = [
  {
    build: 14393,
    name: 'Windows Server 2016',
    coreProduct: '10855',
    fullProduct: '10816',
    endOfSupport: '2027-01-12',
    nanoEndOfSupport: '2018-10-09',
    siblings: [],
  },
  sac(16299, '1709', '11466', '2019-04-09'),
  sac(17134, '1803', '11499', '2019-11-12'),
  {
    build: 17763,
    name: 'Windows Server 2019',
    coreProduct: '11572',
    fullProduct: '11571',
    endOfSupport: '2029-01-09',
    siblings: [],
  },
  sac(18362, '1903', '11647', '2020-12-08', [18363], [WINDOWS_10_1909]),
  sac(18363, '1909', '11715', '2021-05-11', [18362], [WINDOWS_10_1909]),
  sac(19041, '2004', '11769', '2021-12-14', [19042, 19043, 19044, 19045], [WINDOWS_10_21H2, WINDOWS_10_22H2]),
  sac(19042, '20H2', '11803', '2022-08-09', [19041, 19043, 19044, 19045], [WINDOWS_10_21H2, WINDOWS_10_22H2]),
  {
    build: 20348,
    name: 'Windows Server 2022',
    coreProduct: '11924',
    fullProduct: '11923',
    endOfSupport: '2031-10-14',
    siblings: [],
  },
  {
    build: 25398,
    name: 'Windows Server, version 23H2',
    coreProduct: '12244',
    fullProduct: undefined,
    endOfSupport: '2026-05-12',
    siblings: [],
  },
  {
    build: 26100,
    name: 'Windows Server 2025',
    coreProduct: '12437',
    fullProduct: '12436',
    endOfSupport: '2034-10-10',
    siblings: [],
    foreignRevisions: { from: 7463, to: 32229 },
  },
];

/** Semi-annual releases came as Server Core and Nano Server only. */
function sac(
  build: number,
  version: string,
  coreProduct: string,
  endOfSupport: string,
  siblings: readonly number[] = [],
  outlivedBy: readonly Sibling[] = [],
): WindowsRelease {
  return {
    build,
    name: `Windows Server, version ${version}`,
    coreProduct,
    fullProduct: undefined,
    endOfSupport,
    siblings,
    outlivedBy,
  };
}

export function windowsRelease(build: number): WindowsRelease | undefined {
  return RELEASES.find((release) => release.build === build);
}

/** Releases that still get security updates on a day, oldest first. */
export function supportedReleases(
  day: string,
  type: InstallationType | undefined,
): readonly WindowsRelease[] {
  return RELEASES.filter((release) => day <= endOfSupport(release, type));
}

/** Last day with security updates, `yyyy-mm-dd`. */
export function endOfSupport(release: WindowsRelease, type: InstallationType | undefined): string {
  return (type === 'Nano Server' && release.nanoEndOfSupport) || release.endOfSupport;
}

/** The MSRC product an image is matched as. Without an installation type the larger one: it lists more. */
export function msrcProduct(release: WindowsRelease, type: InstallationType | undefined): string {
  const isCore = type === 'Nano Server' || type === 'Server Core';
  return isCore ? release.coreProduct : (release.fullProduct ?? release.coreProduct);
}

/** Whether a revision can be one of this release at all (rule R3). */
export function isOnOwnLine(release: WindowsRelease, revision: number): boolean {
  const foreign = release.foreignRevisions;
  return !foreign || revision < foreign.from || revision > foreign.to;
}
