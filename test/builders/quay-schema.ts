// What Quay demands of answers before it looks at them, stated anew; it refuses a document with any fault.
import { Ajv, type ValidateFunction } from 'ajv';

export type QuayDocument = 'State' | 'IndexReport' | 'VulnerabilityReport' | 'PagedNotifications';

const text = { type: 'string' };
const severity = { enum: ['Unknown', 'Negligible', 'Low', 'Medium', 'High', 'Critical'] };

function object(required: Record<string, object>, optional: Record<string, object> = {}): object {
  return { type: 'object', required: Object.keys(required), properties: { ...required, ...optional } };
}

function mapOf(values: object): object {
  return { type: 'object', additionalProperties: values };
}

function texts(...names: string[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, text]));
}

const named = texts('id', 'name', 'version');
const details = texts('kind', 'arch', 'module', 'cpe', 'normalized_version');
const sourcePackage = object(named, { ...details, source: text });
const installed = object(named, { ...details, source: sourcePackage });
const distribution = object(
  texts('id', 'did', 'name', 'version', 'version_code_name', 'version_id', 'arch', 'cpe', 'pretty_name'),
);
const repository = object({}, texts('id', 'name', 'key', 'uri', 'cpe'));
const environment = object(texts('package_db', 'introduced_in', 'distribution_id'));
const vulnerability = object(
  {
    ...texts('id', 'updater', 'name', 'description', 'links', 'severity', 'fixed_in_version'),
    normalized_severity: severity,
  },
  { ...texts('issued', 'range'), package: installed, distribution, repository },
);
const content = {
  manifest_hash: text,
  packages: mapOf(installed),
  distributions: mapOf(distribution),
  environments: mapOf({ type: 'array', items: environment }),
};
const summary = object(
  {},
  {
    ...texts('name', 'description', 'fixed_in_version', 'links', 'severity'),
    normalized_severity: severity,
    package: installed,
    distribution,
    repository,
  },
);

const SCHEMAS: Readonly<Record<QuayDocument, object>> = {
  State: object({ state: text }),
  IndexReport: object({ ...content, state: text, success: { type: 'boolean' }, err: text }),
  VulnerabilityReport: object({
    ...content,
    vulnerabilities: mapOf(vulnerability),
    // Its own schema lets null pass here, and its code does not.
    package_vulnerabilities: mapOf({ type: 'array', items: text }),
  }),
  PagedNotifications: object(
    {},
    {
      page: object({}, { next: text }),
      notifications: {
        type: 'array',
        items: object({}, { ...texts('id', 'manifest', 'reason'), vulnerability: summary }),
      },
    },
  ),
};

const ajv = new Ajv({ allErrors: true });
const compiled = new Map<QuayDocument, ValidateFunction>();

/** One line a fault; empty: Quay takes the document. */
export function quayFaults(kind: QuayDocument, document: unknown): string[] {
  const validate = compiled.get(kind) ?? ajv.compile(SCHEMAS[kind]);
  compiled.set(kind, validate);
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
