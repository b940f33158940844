// SPDX 2.3 as JSON: what is in the image, and where its vulnerabilities are described (https://spdx.github.io/spdx-spec/v2.3/).
import type { Finding } from '../../model/finding.ts';
import type { Report, ReportPackage } from '../../model/report.ts';
import { adviceSentences } from '../advice-text.ts';
import { hiddenSentences, suppressedSentences } from '../set-aside.ts';
import { stableUuid } from './stable-uuid.ts';

const IMAGE_ID = 'SPDXRef-image';
const NOBODY = 'NOASSERTION';

const PURPOSES: Readonly<Record<ReportPackage['kind'], string>> = {
  os: 'OPERATING-SYSTEM',
  product: 'FRAMEWORK',
  program: 'APPLICATION',
  update: 'APPLICATION',
  library: 'LIBRARY',
  component: 'APPLICATION',
};

export function renderSpdx(report: Report): string {
  const { image, packages, findings } = report;
  const unique = stableUuid(image.target, image.digest ?? '', report.created);
  const ids = new Map(packages.map(({ id }, index) => [id, `SPDXRef-package-${index + 1}`]));
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: image.target,
    documentNamespace: `urn:uuid:${unique}`,
    creationInfo: {
      created: `${report.created.slice(0, 19)}Z`,
      creators: [`Tool: clearstory-${report.tool.version}`],
      comment: [
        ...adviceSentences(report.advice),
        ...hiddenSentences(report),
        ...suppressedSentences(report),
      ].join(' '),
    },
    packages: [
      imagePackage(report),
      ...packages.map((each) => spdxPackage(each, ids.get(each.id)!, findings)),
    ],
    relationships: [
      relation('SPDXRef-DOCUMENT', 'DESCRIBES', IMAGE_ID),
      ...packages.map((each) =>
        relation(
          each.ownedBy === null ? IMAGE_ID : (ids.get(each.ownedBy) ?? IMAGE_ID),
          'CONTAINS',
          ids.get(each.id)!,
        ),
      ),
    ],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function imagePackage({ image }: Report): object {
  const { digest } = image;
  return {
    SPDXID: IMAGE_ID,
    name: image.target,
    ...(digest !== null && {
      versionInfo: digest,
      checksums: [{ algorithm: 'SHA256', checksumValue: digest.slice('sha256:'.length) }],
    }),
    downloadLocation: NOBODY,
    filesAnalyzed: false,
    primaryPackagePurpose: 'CONTAINER',
    licenseConcluded: NOBODY,
    licenseDeclared: NOBODY,
    copyrightText: NOBODY,
  };
}

function spdxPackage(each: ReportPackage, spdxId: string, findings: readonly Finding[]): object {
  const { id, name, version, kind, purl, evidence } = each;
  const [place] = evidence.flatMap(({ path }) => path ?? []);
  return {
    SPDXID: spdxId,
    name: name === '' ? id : name,
    ...(version !== '' && { versionInfo: version }),
    supplier: kind === 'os' ? 'Organization: Microsoft Corporation' : NOBODY,
    downloadLocation: NOBODY,
    filesAnalyzed: false,
    primaryPackagePurpose: PURPOSES[kind],
    licenseConcluded: NOBODY,
    licenseDeclared: NOBODY,
    copyrightText: NOBODY,
    ...(place !== undefined && { sourceInfo: `found by ${place}` }),
    externalRefs: [
      ...(purl === null ? [] : [reference('PACKAGE-MANAGER', 'purl', purl)]),
      ...findings
        .filter((finding) => finding.package === id)
        .flatMap(({ id: name, links, severity, fixedIn }) => {
          const fix = fixedIn.version === null ? 'no fix is published' : `fixed in ${fixedIn.version}`;
          return links[0] === undefined
            ? []
            : [{ ...reference('SECURITY', 'advisory', links[0]), comment: `${name}, ${severity}, ${fix}` }];
        }),
    ],
  };
}

function reference(referenceCategory: string, referenceType: string, referenceLocator: string): object {
  return { referenceCategory, referenceType, referenceLocator };
}

function relation(spdxElementId: string, relationshipType: string, relatedSpdxElement: string): object {
  return { spdxElementId, relationshipType, relatedSpdxElement };
}
