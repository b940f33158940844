// GitLab's container scanning report 15.2.1, restated from container-scanning-report-format.json of its security-report-schemas.
// Left out: what reports of this project never have (details, tracking, flags, observability).
import { among, filled, like, list, open, type Schema, text, upTo } from './restated-schema.ts';

const time = like(String.raw`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$`);
const link = like('^(https?|ftp)://.+');
const vendor = open({ name: filled });
const tool = (url: Schema): Schema => open({ id: filled, name: filled, version: filled, vendor }, { url });
const identifier = open({ type: filled, name: filled, value: filled }, { url: link });

const scan = open(
  {
    analyzer: tool(like('^https?://.+')),
    scanner: tool(text),
    start_time: time,
    end_time: time,
    status: among('success', 'failure'),
    type: among('container_scanning', 'container_scanning_for_registry'),
  },
  {
    messages: list(open({ level: among('info', 'warn', 'fatal'), value: filled })),
    options: list(
      open(
        { name: { ...filled, maxLength: 255 }, value: { type: ['boolean', 'integer', 'null', 'string'] } },
        { source: among('argument', 'file', 'env_variable', 'other') },
      ),
    ),
    primary_identifiers: list(identifier),
  },
);

/** Of CVSS 2 and 3 alone. */
const cvss = open({
  vendor: filled,
  vector: {
    type: 'string',
    minLength: 16,
    maxLength: 128,
    pattern: '^(CVSS:3[.][01]/)?[A-Za-z]+:[A-Z]+(/|$)',
  },
});

const location = open(
  {
    dependency: open({ package: open({ name: text }), version: text }, { direct: { type: 'boolean' } }),
    operating_system: filled,
    image: filled,
  },
  { default_branch_image: upTo(255) },
);

const vulnerability = open(
  { id: filled, identifiers: list(identifier, { minItems: 1 }), location },
  {
    name: upTo(255),
    description: upTo(1_048_576),
    severity: among('Info', 'Unknown', 'Low', 'Medium', 'High', 'Critical'),
    solution: upTo(7_000),
    cvss_vectors: list(cvss, { minItems: 1, maxItems: 10 }),
    links: list(open({ url: link }, { name: text })),
  },
);

const remediation = open({ fixes: list(open({ id: filled })), summary: filled, diff: filled });

export const GITLAB_SCHEMA = open(
  { scan, version: like(String.raw`^[0-9]+\.[0-9]+\.[0-9]+$`), vulnerabilities: list(vulnerability) },
  { schema: like('^https?://.+'), remediations: list(remediation) },
);
