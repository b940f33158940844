// The indexer's endpoints: manifests are posted, their reports fetched and deleted.
import { ServiceError } from '../service/service-error.ts';
import { chooseMediaType } from './accept.ts';
import { type Answer, jsonBody } from './answer.ts';
import { clientHas, entityTag } from './entity-tag.ts';
import { errorAnswer } from './error-answer.ts';
import { readDigest } from './path-digest.ts';
import { asObject, parseJson, readDigests, readManifest } from './posted-manifest.ts';
import type { ApiRequest, Route } from './route.ts';
import type { IndexerPart } from './service-parts.ts';
import { WaitingLine } from './waiting-line.ts';

export interface IndexerRouteOptions {
  readonly maxLayers: number;
  /** Manifests that are indexed at a time; `undefined`: as many as come, and the indexer itself keeps order. */
  readonly concurrency: number | undefined;
  /** How long a client is kept waiting; indexing goes on after it. */
  readonly requestSeconds: number;
}

const REPORTS = '/indexer/api/v1/index_report';
const STATE = '/indexer/api/v1/index_state';
const AFFECTED = '/indexer/api/v1/internal/affected_manifest/';

const REPORT_TYPE = 'application/vnd.clair.index_report.v1+json';
const STATE_TYPE = 'application/vnd.clair.index_state.v1+json';
const AFFECTED_TYPE = 'application/vnd.clair.affected_manifests.v1+json';
const JSON_TYPE = 'application/json';

/** Section 1.3 of the contract, in its order: what is checked first decides what is answered. */
export function indexerRoutes(indexer: IndexerPart, options: IndexerRouteOptions): Route[] {
  const line = new WaitingLine(options.concurrency ?? Number.POSITIVE_INFINITY, REPORTS);

  async function postManifest(request: ApiRequest): Promise<Answer> {
    const state = await indexer.state();
    const manifest = readManifest(await request.readBody(), options.maxLayers);
    request.isAbout(manifest.hash);
    const headers = { etag: entityTag(state), link: linksOf(manifest.hash) };
    if (clientHas(request.ifNoneMatch, entityTag(state)))
      return { status: 412, headers: { link: headers.link } };
    const outcome = await within(
      options.requestSeconds,
      line.wait(request.gone, () => indexer.index(manifest)),
    );
    if (outcome === 'full') return errorAnswer(429, 'too many manifests wait to be indexed; try again later');
    // Nobody reads it, but the log should not say that the image was indexed.
    if (outcome === 'gone') return { status: 499 };
    const location = `${REPORTS}/${manifest.hash}`;
    return { status: 201, headers: { ...headers, location }, mediaType: REPORT_TYPE, body: outcome };
  }

  async function deleteManifests(request: ApiRequest): Promise<Answer> {
    const deleted = await indexer.delete(readDigests(await request.readBody()));
    // Clair says null when it deleted nothing, which its own client has to forgive.
    return { status: 200, mediaType: JSON_TYPE, body: jsonBody(deleted) };
  }

  async function getReport(request: ApiRequest): Promise<Answer> {
    const digest = aboutDigest(request);
    const mediaType = chooseMediaType(request.accept, [REPORT_TYPE, JSON_TYPE]);
    if (mediaType === undefined) return notAcceptable();
    const etag = entityTag(await indexer.state());
    // Before the look-up, as in Clair: a client with this state has nothing to gain from an answer.
    if (clientHas(request.ifNoneMatch, etag)) return { status: 304, headers: { etag } };
    const body = await indexer.indexReport(digest);
    if (body === undefined) throw unknownImage(digest);
    return { status: 200, headers: { etag }, mediaType, body };
  }

  async function deleteReport(request: ApiRequest): Promise<Answer> {
    await indexer.delete([aboutDigest(request)]);
    return { status: 204 };
  }

  async function getState(request: ApiRequest): Promise<Answer> {
    const mediaType = chooseMediaType(request.accept, [STATE_TYPE, JSON_TYPE]);
    if (mediaType === undefined) return notAcceptable();
    const state = await indexer.state();
    const etag = entityTag(state);
    if (clientHas(request.ifNoneMatch, etag)) return { status: 304, headers: { etag } };
    return { status: 200, headers: { etag }, mediaType, body: jsonBody({ state }) };
  }

  async function postAffected(request: ApiRequest): Promise<Answer> {
    const mediaType = chooseMediaType(request.accept, [AFFECTED_TYPE, JSON_TYPE]);
    if (mediaType === undefined) return notAcceptable();
    const { vulnerabilities } = asObject(parseJson(await request.readBody()), 'the request');
    if (!Array.isArray(vulnerabilities)) {
      throw new ServiceError('BAD_REQUEST', 'vulnerabilities is no array');
    }
    return { status: 200, mediaType, body: await indexer.affectedManifests(vulnerabilities) };
  }

  return [
    {
      group: 'indexerv1',
      name: REPORTS,
      paths: [REPORTS],
      methods: { POST: postManifest, DELETE: deleteManifests },
    },
    {
      group: 'indexerv1',
      name: `${REPORTS}/:digest`,
      paths: [`${REPORTS}/*`],
      methods: { GET: getReport, DELETE: deleteReport },
    },
    { group: 'indexerv1', name: STATE, paths: [STATE], methods: { GET: getState } },
    {
      group: 'indexerv1',
      name: AFFECTED,
      // Clair's own client uses the one, its published description names the other.
      paths: [AFFECTED, AFFECTED.slice(0, -1)],
      methods: { POST: postAffected },
    },
  ];
}

function aboutDigest(request: ApiRequest): string {
  const digest = readDigest(request.lastElement);
  request.isAbout(digest);
  return digest;
}

/** Rejects with ServiceError UNAVAILABLE when `work` takes longer than `seconds`; it goes on. */
async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new ServiceError('UNAVAILABLE', `still being indexed after ${seconds} seconds; post it again`),
        ),
      seconds * 1000,
    );
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function linksOf(digest: string): string[] {
  const relation = 'https://projectquay.io/clair/v1';
  return [
    `<${REPORTS}/${digest}>; rel="${relation}/index_report"`,
    `</matcher/api/v1/vulnerability_report/${digest}>; rel="${relation}/vulnerability_report"`,
  ];
}

function unknownImage(digest: string): ServiceError {
  return new ServiceError('NOT_FOUND', `there is no index report of ${digest}; post its manifest first`);
}

function notAcceptable(): Answer {
  return errorAnswer(415, 'none of the media types of the Accept header can be had');
}
