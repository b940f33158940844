// Checks that what came from elsewhere has the shape of a snapshot: a checksum tells of accidents, not of intent.
import { isDocumentId } from '../document-id.ts';
import type { FeedSnapshot } from './feed-snapshot.ts';

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const date: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const yes: Check = (value) => value === true;
const texts = listOf(text);

const scored: Check = (value) => typeof value === 'number' && value >= 0 && value <= 10;
const digits: Check = (value) => typeof value === 'string' && /^[1-9]\d{5,7}$/.test(value);
const identifier: Check = (value) =>
  typeof value === 'string' && /^(?:CVE-\d{4}-\d{4,}|ADV\d+)$/.test(value) && value.length < 100;

const doubt = { since: date, reads: count };

const entry = shaped(
  {
    id: identifier,
    title: text,
    affected: texts,
    fixes: listOf(shaped({}, { kb: digits, fixedBuild: text, subType: text, products: texts })),
    severities: listOf(shaped({ value: text, products: texts })),
    scores: listOf(shaped({ score: scored, vector: text, products: texts })),
  },
  { component: text, published: text, exploited: yes, publiclyDisclosed: yes },
);

const record = shaped({
  id: (value) => typeof value === 'string' && isDocumentId(value),
  released: date,
  served: count,
  products: valuesOf(text),
  entries: listOf(entry),
});

const reason: Check = (value) => value === 'empty' || value === 'older' || value === 'smaller';

const documentState = shaped(
  { copy: shaped({ hash: text }, { etag: text, listed: text }), released: text },
  { refusal: shaped({ ...doubt, reason }), carried: shaped({ ...doubt, ids: texts }) },
);

/** What an entry of a document has to look like. */
export const isEntryRecord: Check = entry;

const snapshot = shaped({
  fetchedAt: date,
  refusals: count,
  documents: valuesOf(documentState),
  records: listOf(record),
});

/** Whether `value` is a snapshot: every part of the right kind, and a state for every document and no other. */
export function isFeedSnapshot(value: unknown): value is FeedSnapshot {
  if (!snapshot(value)) return false;
  const { documents, records } = value as FeedSnapshot;
  const keys = new Set(records.map(({ id }) => id.toLowerCase()));
  return (
    keys.size === records.length &&
    records.length > 0 &&
    Object.keys(documents).length === keys.size &&
    Object.keys(documents).every((key) => keys.has(key))
  );
}

/** Other keys are let pass: a newer version may add some. */
function shaped(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  return (value) =>
    isObject(value) &&
    Object.entries(required).every(([key, check]) => check(value[key])) &&
    Object.entries(optional).every(([key, check]) => value[key] === undefined || check(value[key]));
}

function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

function valuesOf(check: Check): Check {
  return (value) => isObject(value) && Object.values(value).every(check);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
