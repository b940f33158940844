// Checks that a document of the Clair behind us is one that Quay takes, before it is passed on.

type Shape = 'string' | 'boolean' | 'object' | 'array';

/** What Quay's schema requires at the top; what is below comes from Clair's own code, as Quay is used to it. */
export type DocumentShape = Readonly<Record<string, Shape>>;

export const INDEX_STATE: DocumentShape = { state: 'string' };

export const INDEX_REPORT: DocumentShape = {
  manifest_hash: 'string',
  state: 'string',
  packages: 'object',
  distributions: 'object',
  environments: 'object',
  success: 'boolean',
  err: 'string',
};

export const VULNERABILITY_REPORT: DocumentShape = {
  manifest_hash: 'string',
  packages: 'object',
  distributions: 'object',
  environments: 'object',
  vulnerabilities: 'object',
  package_vulnerabilities: 'object',
};

export const NOTIFICATION_PAGE: DocumentShape = { page: 'object' };

/** The document, or the reason why it is none, as a clause. */
export function documentOf(
  chunks: readonly Buffer[],
  shape: DocumentShape,
): Readonly<Record<string, unknown>> | string {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return 'answers with something that is not JSON';
  }
  if (shapeOf(document) !== 'object') return 'answers with something that is not a JSON object';
  const members = document as Readonly<Record<string, unknown>>;
  const wrong = Object.keys(shape).find((key) => shapeOf(members[key]) !== shape[key]);
  return wrong === undefined ? members : `answers without a proper "${wrong}"; is it a Clair v4?`;
}

function shapeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
}
