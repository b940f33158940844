// The documents that are answered about images.
import type { JsonObject } from './document.ts';
import { arrayOf, mapOf, object, reference, text } from './schema.ts';

const content = {
  manifest_hash: reference('Digest'),
  packages: mapOf(reference('Package')),
  distributions: mapOf(reference('Distribution')),
  repository: mapOf(reference('Repository')),
  environments: mapOf({ type: 'array', minItems: 1, items: reference('Environment') }),
};

const vulnerabilities = mapOf(reference('Vulnerability'));

export const reportSchemas: JsonObject = {
  State: object({ state: text }),
  IndexReport: object({
    ...content,
    state: {
      type: 'string',
      enum: [
        'CheckManifest',
        'FetchLayers',
        'ScanLayers',
        'Coalesce',
        'IndexManifest',
        'IndexFinished',
        'IndexError',
      ],
    },
    success: { type: 'boolean' },
    err: text,
  }),
  VulnerabilityReport: object({
    ...content,
    vulnerabilities,
    package_vulnerabilities: mapOf(arrayOf(text)),
    enrichments: mapOf({ type: 'array' }),
  }),
  AffectedManifests: object({ vulnerabilities, vulnerable_manifests: mapOf(arrayOf(text)) }),
  NotificationPage: object({
    page: object({ size: { type: 'integer', minimum: 1 } }, { next: { type: 'string', format: 'uuid' } }),
    notifications: arrayOf(
      object({
        id: { type: 'string', format: 'uuid' },
        manifest: reference('Digest'),
        reason: { type: 'string', enum: ['added', 'removed', 'changed'] },
        vulnerability: object(
          {
            name: text,
            description: text,
            severity: reference('Severity'),
            fixed_in_version: text,
            links: text,
          },
          {
            normalized_severity: reference('Severity'),
            package: reference('Package'),
            distribution: reference('Distribution'),
            repo: reference('Repository'),
          },
        ),
      }),
    ),
  }),
  Error: object({ code: text, message: text }),
};
