// What reports say of the content of an image.
import type { JsonObject } from './document.ts';
import { arrayOf, object, reference, text } from './schema.ts';

export const contentSchemas: JsonObject = {
  Digest: {
    type: 'string',
    pattern: '^(?:sha256:[0-9a-fA-F]{64}|sha512:[0-9a-fA-F]{128})$',
    examples: [`sha256:${'0'.repeat(64)}`],
  },
  Package: object(
    { id: text, name: text, version: text, normalized_version: text, cpe: text },
    { kind: { type: 'string', enum: ['binary', 'source', 'layer', 'ancestry'] }, arch: text, module: text },
  ),
  Distribution: object({
    id: text,
    did: text,
    name: text,
    version: text,
    version_code_name: text,
    version_id: text,
    arch: text,
    cpe: text,
    pretty_name: text,
  }),
  Repository: object({ cpe: text }, { id: text, name: text, key: text, uri: text }),
  Environment: object({
    package_db: text,
    introduced_in: reference('Digest'),
    distribution_id: text,
    repository_ids: { type: ['array', 'null'], items: text },
  }),
  Vulnerability: object(
    {
      id: text,
      updater: text,
      name: text,
      description: text,
      issued: { type: 'string', format: 'date-time' },
      links: { type: 'string', description: 'URLs, separated by one space' },
      severity: { type: 'string', description: "the source's own word" },
      normalized_severity: reference('Severity'),
      fixed_in_version: { type: 'string', description: 'empty: there is no fix' },
    },
    {
      package: reference('Package'),
      distribution: reference('Distribution'),
      repository: reference('Repository'),
    },
  ),
  Severity: { type: 'string', enum: ['Unknown', 'Negligible', 'Low', 'Medium', 'High', 'Critical'] },
  Manifest: object({
    hash: reference('Digest'),
    layers: {
      type: 'array',
      minItems: 1,
      items: object(
        { hash: reference('Digest') },
        {
          uri: { type: 'string', format: 'uri', description: 'where the layer is fetched' },
          headers: {
            type: 'object',
            additionalProperties: arrayOf(text),
            description: 'sent with the request for uri, and nowhere else',
          },
        },
      ),
    },
  }),
};
