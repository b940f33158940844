// The description of the API in OpenAPI 3.1: what is served, and nothing else.
import type { Route } from '../route.ts';
import { contentSchemas } from './content-schemas.ts';
import { operations } from './operations.ts';
import { reportSchemas } from './report-schemas.ts';
import { updateSchemas } from './update-schemas.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** `version` is that of the program. */
export function openApiDocument(routes: readonly Route[], version: string, needsToken: boolean): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const { name, methods } of routes) {
    const described = Object.keys(methods).map((method) => [
      method.toLowerCase(),
      operations[name]?.[method],
    ]);
    paths[name.replace(/:(\w+)/g, '{$1}')] = Object.fromEntries(described);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Clearstory: the Clair v4 API for Windows images',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      schemas: { ...contentSchemas, ...reportSchemas, ...updateSchemas },
      ...(needsToken && {
        securitySchemes: {
          PSK: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'Signed by HMAC with the key of auth.psk, with one of its issuers as iss.',
          },
        },
      }),
    },
    ...(needsToken && { security: [{ PSK: [] }] }),
  };
}
