// Puts together the report of one scan. Pure: the time comes in as an argument.
import type { Image } from '../images/image-source.ts';
import type { Advice } from '../model/advice.ts';
import type { Advisories } from '../model/advisories.ts';
import type { Finding } from '../model/finding.ts';
import type {
  DotNetFramework,
  Inventory,
  InventoryPackage,
  Notice,
  OperatingSystem,
} from '../model/inventory.ts';
import type { ImageFacts } from '../model/layer-facts.ts';
import {
  type HiddenFindings,
  REPORT_SCHEMA_VERSION,
  type Report,
  type ReportAdvisories,
  type ReportDotNetFramework,
  type ReportImage,
  type ReportOperatingSystem,
  type ReportPackage,
  type SuppressedFinding,
} from '../model/report.ts';
import type { Threats } from '../model/threats.ts';
import { formatWindowsVersion } from '../model/windows-version.ts';
import { endOfSupportNotice, isSupported } from './end-of-support.ts';

/** Patch Tuesday comes every four weeks or five, with corrections in between; a week without a look is too long. */
const ADVISORIES_OLD_MS = 7 * 24 * 60 * 60 * 1000;

export interface ReportParts {
  readonly image: Image;
  readonly facts: ImageFacts;
  readonly inventory: Inventory;
  readonly findings: readonly Finding[];
  readonly suppressed: readonly SuppressedFinding[];
  readonly hidden: readonly HiddenFindings[];
  readonly fixed: readonly string[];
  readonly advice: Advice;
  /** Of this program. */
  readonly version: string;
  /** Those of the matching; the inventory brings its own. */
  readonly notices: readonly Notice[];
  readonly advisories: Advisories;
  readonly librariesFetchedAt: string | undefined;
  readonly threats: Pick<Threats, 'kevFetchedAt' | 'epssFetchedAt'>;
  readonly now: Date;
}

export function buildReport(parts: ReportParts): Report {
  const { inventory, advisories, now } = parts;
  const os = inventory.os ? reportOperatingSystem(inventory.os, now) : null;
  const notices = [
    ...(os?.endOfSupport && os.supported === false ? [endOfSupportNotice(os.name, os.endOfSupport)] : []),
    ...(parts.image.notices ?? []),
    ...inventory.notices,
    ...parts.notices,
    ...oldAdvisories(advisories, now),
  ];
  return {
    schemaVersion: REPORT_SCHEMA_VERSION,
    tool: { name: 'clearstory', version: parts.version },
    created: now.toISOString(),
    advice: parts.advice,
    image: reportImage(parts.image, parts.facts),
    os,
    dotNetFramework: reportFramework(inventory.dotNetFramework),
    packages: inventory.packages.map(reportPackage),
    findings: parts.findings,
    suppressed: parts.suppressed,
    hidden: parts.hidden,
    fixed: parts.fixed,
    notices,
    warnings: inventory.warnings,
    uncertain: notices.some((notice) => notice.uncertain),
    advisories: reportAdvisories(parts),
  };
}

function reportImage(image: Image, { layers, absent: unread }: ImageFacts): ReportImage {
  const absent = new Set(unread.map(({ layer }) => layer));
  return {
    target: image.target,
    digest: image.digest ?? null,
    os: image.config.os,
    architecture: image.config.architecture,
    osVersion: image.config.osVersion ?? null,
    layers: image.layers.map((layer, index) => ({
      digest: layers[index]!.digest,
      diffId: layer.diffId ?? layers[index]!.diffId,
      mediaType: layer.mediaType,
      size: layers[index]!.sizeBytes,
      createdBy: layer.createdBy ?? null,
      read: !absent.has(layers[index]!.digest),
    })),
  };
}

function reportOperatingSystem(os: OperatingSystem, now: Date): ReportOperatingSystem {
  return {
    family: 'windows',
    name: os.name,
    installationType: os.installationType ?? null,
    edition: os.edition ?? null,
    displayVersion: os.displayVersion ?? null,
    build: os.build,
    revision: os.revision,
    version: formatWindowsVersion(os),
    architecture: os.architecture ?? null,
    endOfSupport: os.endOfSupport ?? null,
    supported: os.endOfSupport === undefined ? null : isSupported(os.endOfSupport, now),
    servicing: os.servicing,
    basis: os.basis,
    evidence: os.evidence,
  };
}

function reportFramework(framework: DotNetFramework | undefined): ReportDotNetFramework | null {
  if (!framework) return null;
  const { version = null, release = null, has35, revision = null, revisionFrom = null } = framework;
  return { version, release, has35, revision, revisionFrom };
}

function reportPackage(each: InventoryPackage): ReportPackage {
  const { id, name, version, kind, purl = null, introducedIn = null, ownedBy = null, evidence } = each;
  return { id, name, version, kind, purl, introducedIn, ownedBy, evidence };
}

function reportAdvisories({ advisories, librariesFetchedAt, threats }: ReportParts): ReportAdvisories {
  return {
    version: advisories.version,
    newest: advisories.documents.at(-1)?.id ?? null,
    documents: advisories.documents.length,
    fetchedAt: advisories.fetchedAt,
    librariesFetchedAt: librariesFetchedAt ?? null,
    kevFetchedAt: threats.kevFetchedAt ?? null,
    epssFetchedAt: threats.epssFetchedAt ?? null,
  };
}

function oldAdvisories(advisories: Advisories, now: Date): Notice[] {
  const age = now.getTime() - Date.parse(advisories.fetchedAt);
  if (!(age > ADVISORIES_OLD_MS)) return [];
  const days = Math.floor(age / (24 * 60 * 60 * 1000));
  const message = `the advisories are ${days} days old; run "clearstory update"`;
  return [{ code: 'ADVISORIES_OLD', message, uncertain: true }];
}
