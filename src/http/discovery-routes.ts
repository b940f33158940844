// What the API says of itself: its description, and that search engines have nothing to look for here.
import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { chooseMediaType } from './accept.ts';
import { type Answer, textBody } from './answer.ts';
import { clientHas, entityTag } from './entity-tag.ts';
import { errorAnswer } from './error-answer.ts';
import { openApiDocument } from './openapi/document.ts';
import type { ApiRequest, Route } from './route.ts';

const DESCRIPTION = '/openapi/v1';

/** In Clair's order. */
const MEDIA_TYPES = [
  'application/openapi+json',
  'application/openapi+yaml',
  'application/json',
  'application/yaml',
  'application/vnd.oai.openapi+json',
  'application/vnd.oai.openapi+yaml',
];

/** `routes`: those that are served, which are those that are described. */
export function discoveryRoutes(routes: readonly Route[], version: string, needsToken: boolean): Route[] {
  const document = openApiDocument(routes, version, needsToken);
  const json = rendering(JSON.stringify(document));
  const yaml = rendering(stringify(document, { aliasDuplicateObjects: false }));

  async function getDescription(request: ApiRequest): Promise<Answer> {
    const mediaType = chooseMediaType(request.accept, MEDIA_TYPES);
    if (mediaType === undefined) return errorAnswer(415, 'the description is had as JSON or YAML');
    const { body, etag } = mediaType.endsWith('yaml') ? yaml : json;
    if (clientHas(request.ifNoneMatch, etag)) return { status: 304, headers: { etag } };
    return { status: 200, headers: { etag }, mediaType, body };
  }

  async function getRobots(): Promise<Answer> {
    return {
      status: 200,
      headers: { 'cache-control': 'no-store' },
      mediaType: 'text/plain; charset=utf-8',
      body: textBody('User-agent: *\nDisallow: /\n'),
    };
  }

  return [
    { group: 'discovery', name: DESCRIPTION, paths: [DESCRIPTION], methods: { GET: getDescription } },
    {
      group: 'discovery',
      name: '/robots.txt',
      paths: ['/robots.txt'],
      methods: { GET: getRobots },
      isOpen: true,
    },
  ];
}

function rendering(text: string) {
  return { body: textBody(text), etag: entityTag(createHash('sha256').update(text).digest('hex')) };
}
