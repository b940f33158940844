// SPDX 2.3, restated from schemas/spdx-schema.json of github.com/spdx/spdx-spec.
// Left out: files and snippets, of which documents of this project have none.
import { among, closed, like, list, type Schema, text } from './restated-schema.ts';

const DATE = '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';
const moment = like(`^${DATE}T(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]|23:59:60)Z$`);
const flag: Schema = { type: 'boolean' };
const words = (line: string): Schema => among(...line.split(' '));
const texts = list(text);

const annotation = closed({
  annotationDate: moment,
  annotationType: among('OTHER', 'REVIEW'),
  annotator: text,
  comment: text,
});

const checksum = closed({
  algorithm: words(
    'SHA1 SHA224 SHA256 SHA384 SHA512 SHA3-256 SHA3-384 SHA3-512 BLAKE2b-256 BLAKE2b-384 BLAKE2b-512 BLAKE3 MD2 MD4 MD5 MD6 ADLER32',
  ),
  checksumValue: like('^[0-9a-fA-F]+$'),
});

const externalRef = closed(
  {
    referenceCategory: words('OTHER PERSISTENT-ID PERSISTENT_ID SECURITY PACKAGE-MANAGER PACKAGE_MANAGER'),
    // The schema takes any text; the specification (7.21) wants no spaces in it.
    referenceLocator: like(String.raw`^\S+$`),
    referenceType: text,
  },
  { comment: text },
);

const spdxPackage = closed(
  { SPDXID: like('^SPDXRef-[a-zA-Z0-9.-]+$'), downloadLocation: text, name: text },
  {
    annotations: list(annotation),
    attributionTexts: texts,
    builtDate: moment,
    checksums: list(checksum),
    comment: text,
    copyrightText: text,
    description: text,
    externalRefs: list(externalRef),
    filesAnalyzed: flag,
    hasFiles: texts,
    homepage: text,
    licenseComments: text,
    licenseConcluded: text,
    licenseDeclared: text,
    licenseInfoFromFiles: texts,
    originator: text,
    packageFileName: text,
    packageVerificationCode: closed(
      { packageVerificationCodeValue: text },
      { packageVerificationCodeExcludedFiles: texts },
    ),
    primaryPackagePurpose: words(
      'OTHER INSTALL ARCHIVE FIRMWARE APPLICATION FRAMEWORK LIBRARY CONTAINER SOURCE DEVICE OPERATING-SYSTEM FILE',
    ),
    releaseDate: moment,
    sourceInfo: text,
    summary: text,
    // Form of 7.5 of the specification.
    supplier: like('^(NOASSERTION|(Person|Organization): .+)$'),
    validUntilDate: moment,
    versionInfo: text,
  },
);

const RELATIONS = [
  'AMENDS ANCESTOR_OF BUILD_DEPENDENCY_OF BUILD_TOOL_OF CONTAINED_BY CONTAINS COPY_OF DATA_FILE_OF DEPENDENCY_MANIFEST_OF',
  'DEPENDENCY_OF DEPENDS_ON DESCENDANT_OF DESCRIBED_BY DESCRIBES DEV_DEPENDENCY_OF DEV_TOOL_OF DISTRIBUTION_ARTIFACT',
  'DOCUMENTATION_OF DYNAMIC_LINK EXAMPLE_OF EXPANDED_FROM_ARCHIVE FILE_ADDED FILE_DELETED FILE_MODIFIED GENERATED_FROM',
  'GENERATES HAS_PREREQUISITE METAFILE_OF OPTIONAL_COMPONENT_OF OPTIONAL_DEPENDENCY_OF OTHER PACKAGE_OF PATCH_APPLIED',
  'PATCH_FOR PREREQUISITE_FOR PROVIDED_DEPENDENCY_OF REQUIREMENT_DESCRIPTION_FOR RUNTIME_DEPENDENCY_OF SPECIFICATION_FOR',
  'STATIC_LINK TEST_CASE_OF TEST_DEPENDENCY_OF TEST_OF TEST_TOOL_OF VARIANT_OF',
].join(' ');

const relationship = closed(
  { spdxElementId: text, relatedSpdxElement: text, relationshipType: words(RELATIONS) },
  { comment: text },
);

export const SPDX_SCHEMA = closed(
  {
    SPDXID: { const: 'SPDXRef-DOCUMENT' },
    creationInfo: closed(
      { created: moment, creators: list(like('^(Person|Organization|Tool): .+$'), { minItems: 1 }) },
      { comment: text, licenseListVersion: text },
    ),
    dataLicense: { const: 'CC0-1.0' },
    name: text,
    spdxVersion: { const: 'SPDX-2.3' },
    // An absolute URI without a fragment (6.5).
    documentNamespace: { type: 'string', format: 'uri', not: { pattern: '#' } },
  },
  {
    $schema: text,
    annotations: list(annotation),
    comment: text,
    documentDescribes: texts,
    packages: list(spdxPackage),
    relationships: list(relationship),
  },
);
