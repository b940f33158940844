// What Clair's own schema demands of both reports, stated anew: nothing unknown, real CPE names, an id in all that nests.
import { Ajv, type ValidateFunction } from 'ajv';

export type ClairDocument = 'index_report' | 'vulnerability_report' | 'vulnerability';

const text = { type: 'string' };
const digest = { type: 'string', pattern: '^(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$' };
const time = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$' };
const cpe = {
  type: 'string',
  pattern: '^cpe:2\\.3:[aho](:([A-Za-z0-9._-]|\\\\[!-/:-@\\[-`{-~])+|:[*-]){10}$',
};
const severity = { enum: ['Unknown', 'Negligible', 'Low', 'Medium', 'High', 'Critical'] };

function closed(required: readonly string[], properties: Record<string, object>): object {
  return { type: 'object', additionalProperties: false, required, properties };
}

function mapOf(values: object): object {
  return { type: 'object', additionalProperties: values };
}

function texts(...names: string[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, text]));
}

const installed = closed(['name', 'version'], {
  ...texts('id', 'name', 'version', 'normalized_version', 'module', 'arch'),
  kind: { enum: ['BINARY', 'SOURCE'] },
  cpe,
});
const distribution = closed(['id'], {
  ...texts('id', 'did', 'name', 'version', 'version_code_name', 'version_id', 'arch', 'pretty_name'),
  cpe,
});
const repository = closed(['id'], { ...texts('id', 'name', 'key', 'uri'), cpe });
const environment = closed([], {
  ...texts('package_db', 'distribution_id'),
  introduced_in: digest,
  repository_ids: { type: 'array', items: text },
});
const vulnerability = closed(['id', 'updater', 'name', 'normalized_severity', 'package', 'arch_op'], {
  ...texts('id', 'updater', 'name', 'description', 'links', 'severity', 'fixed_in_version'),
  issued: time,
  normalized_severity: severity,
  arch_op: { enum: ['equals', 'not equals', 'pattern match'] },
  package: installed,
  distribution,
  repository,
});
const content = {
  manifest_hash: digest,
  packages: mapOf(installed),
  distributions: mapOf(distribution),
  repository: mapOf(repository),
  environments: mapOf({ type: 'array', items: environment }),
};

const SCHEMAS: Readonly<Record<ClairDocument, object>> = {
  index_report: closed(['manifest_hash', 'state', 'success'], {
    ...content,
    ...texts('state', 'err'),
    success: { type: 'boolean' },
  }),
  vulnerability_report: closed(
    [
      ...Object.keys(content).filter((key) => key !== 'repository'),
      'vulnerabilities',
      'package_vulnerabilities',
    ],
    {
      ...content,
      vulnerabilities: mapOf(vulnerability),
      package_vulnerabilities: mapOf({ type: 'array', items: text }),
      enrichments: mapOf({ type: 'array' }),
    },
  ),
  vulnerability,
};

const ajv = new Ajv({ allErrors: true });
const compiled = new Map<ClairDocument, ValidateFunction>();

/** One line a fault; empty: it is a document of Clair's. */
export function clairFaults(kind: ClairDocument, document: unknown): string[] {
  const validate = compiled.get(kind) ?? ajv.compile(SCHEMAS[kind]);
  compiled.set(kind, validate);
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
