// The matcher's endpoints: reports of vulnerabilities, and the versions of the advisories behind them.
import { ServiceError } from '../service/service-error.ts';
import type { Answer } from './answer.ts';
import { clientHas, entityTag } from './entity-tag.ts';
import { readDigest } from './path-digest.ts';
import type { ApiRequest, Route } from './route.ts';
import type { MatcherPart, OperationKind } from './service-parts.ts';
import { readUuid, readUuidOrNil } from './uuid.ts';

export interface MatcherRouteOptions {
  /** Seconds for which clients may keep a report. */
  readonly cacheAge: number;
}

const REPORTS = '/matcher/api/v1/vulnerability_report/';
const OPERATIONS = '/matcher/api/v1/internal/update_operation';
const DIFF = '/matcher/api/v1/internal/update_diff';

const KINDS: readonly string[] = ['vulnerability', 'enrichment'] satisfies OperationKind[];
/** As Go's strconv.ParseBool reads them. */
const TRUE: readonly string[] = ['1', 't', 'T', 'true', 'True', 'TRUE'];

/** Section 1.4 of the contract. */
export function matcherRoutes(matcher: MatcherPart, { cacheAge }: MatcherRouteOptions): Route[] {
  async function getReport(request: ApiRequest): Promise<Answer> {
    const digest = readDigest(request.lastElement);
    request.isAbout(digest);
    const body = await matcher.vulnerabilityReport(digest);
    // Clair says 202 as long as it has no data; Quay takes that for a failure, and 404 for "queued".
    if (body === undefined) {
      throw new ServiceError('NOT_FOUND', `there is no vulnerability report of ${digest}, or not yet`);
    }
    return {
      status: 200,
      headers: { 'cache-control': `max-age=${body.maxAge ?? cacheAge}` },
      // Clair says index_report here, which nobody looks at.
      mediaType: 'application/vnd.clair.vulnerability_report.v1+json',
      body,
    };
  }

  async function getOperations(request: ApiRequest): Promise<Answer> {
    const kind = request.query.get('kind') || 'vulnerability';
    if (!KINDS.includes(kind)) {
      throw new ServiceError('BAD_REQUEST', 'kind is neither vulnerability nor enrichment');
    }
    const latest = TRUE.includes(request.query.get('latest') ?? '');
    const { newest, body } = await matcher.updateOperations(kind as OperationKind, latest);
    const headers = newest === undefined ? {} : { etag: entityTag(newest) };
    if (newest !== undefined && clientHas(request.ifNoneMatch, entityTag(newest))) {
      return { status: 304, headers };
    }
    return { status: 200, headers, mediaType: 'application/json', body };
  }

  async function deleteOperation(request: ApiRequest): Promise<Answer> {
    await matcher.deleteOperation(readUuid(request.lastElement, 'the operation'));
    return { status: 200 };
  }

  async function getDiff(request: ApiRequest): Promise<Answer> {
    const previous = request.query.get('prev');
    const current = readUuid(request.query.get('cur'), 'cur');
    const body = await matcher.updateDiff(current, previous ? readUuidOrNil(previous, 'prev') : undefined);
    return { status: 200, mediaType: 'application/json', body };
  }

  return [
    {
      group: 'matcherv1',
      name: `${REPORTS}:digest`,
      paths: [`${REPORTS}*`, REPORTS.slice(0, -1)],
      methods: { GET: getReport },
    },
    { group: 'matcherv1', name: OPERATIONS, paths: [OPERATIONS], methods: { GET: getOperations } },
    {
      group: 'matcherv1',
      name: `${OPERATIONS}/:id`,
      paths: [`${OPERATIONS}/*`],
      methods: { DELETE: deleteOperation },
    },
    { group: 'matcherv1', name: DIFF, paths: [DIFF], methods: { GET: getDiff } },
  ];
}
