// The notifier's endpoints: what a notification is about, page by page, and that it has been read.
import { ServiceError } from '../service/service-error.ts';
import { chooseMediaType } from './accept.ts';
import { type Answer, jsonBody } from './answer.ts';
import { errorAnswer } from './error-answer.ts';
import type { ApiRequest, Route } from './route.ts';
import type { NotifierPart } from './service-parts.ts';
import { readUuid, readUuidOrNil } from './uuid.ts';

const NOTIFICATIONS = '/notifier/api/v1/notification';
const PAGE_TYPES = ['application/vnd.clair.notification_page.v1+json', 'application/json'];
/** Clair's. */
const DEFAULT_SIZE = 500;
/** A page is rendered in memory; this many entries have some ten megabytes. */
const MAX_SIZE = 10_000;

/** Section 1.5 of the contract. */
export function notifierRoutes(notifier: NotifierPart): Route[] {
  async function getPage(request: ApiRequest): Promise<Answer> {
    const id = readUuid(request.lastElement, 'the notification');
    const size = readSize(request.query.get('page_size'));
    const stated = request.query.get('next');
    const next = stated ? readUuidOrNil(stated, 'next') : undefined;
    const mediaType = chooseMediaType(request.accept, PAGE_TYPES);
    if (mediaType === undefined) return errorAnswer(415, 'notification pages are JSON');
    // Like Clair's, an unknown set has no entries: a reader goes on to delete it and is done.
    const body = (await notifier.page(id, { size, next })) ?? jsonBody({ page: { size }, notifications: [] });
    return { status: 200, mediaType, body };
  }

  async function deleteSet(request: ApiRequest): Promise<Answer> {
    // Clair fails on an id that it does not know; deleting twice is no failure.
    await notifier.delete(readUuid(request.lastElement, 'the notification'));
    return { status: 200 };
  }

  return [
    {
      group: 'notificationv1',
      name: `${NOTIFICATIONS}/:id`,
      paths: [`${NOTIFICATIONS}/*`, NOTIFICATIONS],
      methods: { GET: getPage, DELETE: deleteSet },
    },
  ];
}

function readSize(stated: string | null): number {
  if (stated === null || stated === '') return DEFAULT_SIZE;
  if (!/^[+]?\d+$/.test(stated)) throw new ServiceError('BAD_REQUEST', 'page_size is no number of entries');
  return Math.min(Number(stated) || DEFAULT_SIZE, MAX_SIZE);
}
