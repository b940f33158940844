// What each method of each path takes and answers, by the names of the routes.
import type { JsonObject } from './document.ts';
import { arrayOf, reference, text } from './schema.ts';

const digest = parameter('path', 'digest', reference('Digest'), true);
const id = parameter('path', 'id', { type: 'string', format: 'uuid' }, true);
const ifNoneMatch = parameter('header', 'If-None-Match', text);

const INDEX_REPORT = 'application/vnd.clair.index_report.v1+json';

export const operations: Readonly<Record<string, Readonly<Record<string, JsonObject>>>> = {
  '/indexer/api/v1/index_report': {
    POST: {
      operationId: 'index',
      summary: 'Index an image; the answer comes when that is done, and is the report',
      parameters: [ifNoneMatch],
      requestBody: body('Manifest'),
      responses: {
        201: {
          ...answer('the image is indexed, or could not be (state IndexError)', {
            [INDEX_REPORT]: 'IndexReport',
          }),
          headers: {
            ETag: header('the state of the indexer'),
            Location: header('path of the report'),
            Link: header('paths of both reports'),
          },
        },
        412: { description: 'the client has this state of the indexer; nothing was done' },
        ...failures(400, 413, 429, 502, 503),
      },
    },
    DELETE: {
      operationId: 'deleteManifests',
      summary: 'Forget images',
      requestBody: {
        required: true,
        content: { 'application/json': { schema: arrayOf(reference('Digest')) } },
      },
      responses: {
        200: {
          description: 'those that were there',
          content: { 'application/json': { schema: arrayOf(reference('Digest')) } },
        },
        ...failures(400, 413, 502, 503),
      },
    },
  },
  '/indexer/api/v1/index_report/:digest': {
    GET: {
      operationId: 'getIndexReport',
      summary: 'What is in an image',
      parameters: [digest, ifNoneMatch],
      responses: {
        200: {
          ...answer('the report', { [INDEX_REPORT]: 'IndexReport', 'application/json': 'IndexReport' }),
          headers: { ETag: header('the state of the indexer') },
        },
        304: { description: 'the client has this state of the indexer' },
        ...failures(400, 404, 415, 502, 503),
      },
    },
    DELETE: {
      operationId: 'deleteManifest',
      summary: 'Forget an image',
      parameters: [digest],
      responses: { 204: { description: 'it is not there any more' }, ...failures(400, 502, 503) },
    },
  },
  '/indexer/api/v1/index_state': {
    GET: {
      operationId: 'getIndexState',
      summary: 'What changes when indexing images again would bring something new',
      parameters: [ifNoneMatch],
      responses: {
        200: {
          ...answer('the state', {
            'application/vnd.clair.index_state.v1+json': 'State',
            'application/json': 'State',
          }),
          headers: { ETag: header('the same') },
        },
        304: { description: 'it has not changed' },
        ...failures(415, 503),
      },
    },
  },
  '/indexer/api/v1/internal/affected_manifest/': {
    POST: {
      operationId: 'getAffectedManifests',
      summary: 'Which images have one of these vulnerabilities',
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['vulnerabilities'],
              properties: { vulnerabilities: arrayOf(reference('Vulnerability')) },
            },
          },
        },
      },
      responses: {
        200: answer('by digest of manifest', {
          'application/vnd.clair.affected_manifests.v1+json': 'AffectedManifests',
          'application/json': 'AffectedManifests',
        }),
        ...failures(400, 413, 415, 503),
      },
    },
  },
  '/matcher/api/v1/vulnerability_report/:digest': {
    GET: {
      operationId: 'getVulnerabilityReport',
      summary: 'What is known to be wrong with an image',
      parameters: [digest],
      responses: {
        200: {
          ...answer('the report', {
            'application/vnd.clair.vulnerability_report.v1+json': 'VulnerabilityReport',
          }),
          headers: { 'Cache-Control': header('for how long it may be kept') },
        },
        ...failures(400, 404, 502, 503),
      },
    },
  },
  '/matcher/api/v1/internal/update_operation': {
    GET: {
      operationId: 'getUpdateOperations',
      summary: 'Versions of the advisories, by source, the newest first',
      parameters: [
        parameter('query', 'kind', { type: 'string', enum: ['vulnerability', 'enrichment'] }),
        parameter('query', 'latest', { type: 'boolean' }),
        ifNoneMatch,
      ],
      responses: {
        200: {
          ...answer('the versions', { 'application/json': 'UpdateOperations' }),
          headers: { ETag: header('ref of the newest') },
        },
        304: { description: 'there is no newer one' },
        ...failures(400, 503),
      },
    },
  },
  '/matcher/api/v1/internal/update_operation/:id': {
    DELETE: {
      operationId: 'deleteUpdateOperation',
      summary: 'Forget a version of the advisories',
      parameters: [id],
      responses: { 200: { description: 'it is not there any more' }, ...failures(400, 503) },
    },
  },
  '/matcher/api/v1/internal/update_diff': {
    GET: {
      operationId: 'getUpdateDiff',
      summary: 'What one version of the advisories has and another has not',
      parameters: [
        parameter('query', 'cur', { type: 'string', format: 'uuid' }, true),
        parameter('query', 'prev', { type: 'string', format: 'uuid' }),
      ],
      responses: {
        200: answer('the difference', { 'application/json': 'UpdateDiff' }),
        ...failures(400, 404, 503),
      },
    },
  },
  '/notifier/api/v1/notification/:id': {
    GET: {
      operationId: 'getNotification',
      summary: 'What a notification is about, page by page',
      parameters: [
        id,
        parameter('query', 'page_size', { type: 'integer', minimum: 0, default: 500 }),
        parameter('query', 'next', { type: 'string', format: 'uuid' }),
      ],
      responses: {
        200: answer('a page; the last has no page.next', {
          'application/vnd.clair.notification_page.v1+json': 'NotificationPage',
          'application/json': 'NotificationPage',
        }),
        ...failures(400, 415, 502, 503),
      },
    },
    DELETE: {
      operationId: 'deleteNotification',
      summary: 'Say that a notification has been read',
      parameters: [id],
      responses: { 200: { description: 'it goes in a while' }, ...failures(400, 502, 503) },
    },
  },
};

function parameter(place: string, name: string, schema: JsonObject, required = false): JsonObject {
  return { in: place, name, schema, required };
}

function header(description: string): JsonObject {
  return { description, schema: text };
}

function body(schema: string): JsonObject {
  return { required: true, content: { 'application/json': { schema: reference(schema) } } };
}

/** `content` names the schema of each media type. */
function answer(description: string, content: Readonly<Record<string, string>>): JsonObject {
  const entries = Object.entries(content).map(([type, name]) => [type, { schema: reference(name) }]);
  return { description, content: Object.fromEntries(entries) };
}

/** 401 is everywhere when tokens are asked for, 500 is everywhere. */
function failures(...statuses: readonly number[]): Record<string, JsonObject> {
  const failure = answer('see code and message', { 'application/json': 'Error' });
  return Object.fromEntries([
    [401, { description: 'no token, or none that is accepted' }],
    ...[...statuses, 500].map((status) => [status, failure]),
  ]);
}
