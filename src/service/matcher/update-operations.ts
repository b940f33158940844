// Versions of the advisories as Clair's update operations, and what differs between two of them.
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { matchPattern, PRODUCT_PATTERNS } from '../../matching/products/product-patterns.ts';
import type { Advisories } from '../../model/advisories.ts';
import type { RenderedBody } from '../../model/rendered-body.ts';
import { entryVulnerability } from '../../reports/clair/entry-vulnerability.ts';
import type { Knowledge, KnownVersion } from '../knowledge.ts';
import { ServiceError } from '../service-error.ts';
import { ChunkedText } from './chunked-text.ts';

/** What is needed of the store. */
export interface OperationSource {
  list(): Promise<readonly KnownVersion[]>;
  delete(ref: string): Promise<void>;
}

export interface UpdateOperations {
  /** Of the newest operation of the kind, if there is one. */
  readonly newest: string | undefined;
  readonly body: RenderedBody;
}

const NIL = '00000000-0000-0000-0000-000000000000';

/** All of a version are compared; others get their turn after so many entries. */
const ENTRIES_A_TURN = 200;

/** The scores are part of the vulnerabilities here, so there are no enrichments of their own. */
export async function updateOperations(
  source: OperationSource,
  kind: 'vulnerability' | 'enrichment',
  latest: boolean,
): Promise<UpdateOperations> {
  const versions = kind === 'vulnerability' ? await source.list() : [];
  const operations = (latest ? versions.slice(0, 1) : versions).map(operationOf);
  const body = Buffer.from(JSON.stringify(operations.length === 0 ? {} : { msrc: operations }));
  return { newest: versions[0]?.ref, body: { plain: [body], plainBytes: body.length } };
}

/**
 * One vulnerability an entry and product that images can have; one that changed is removed and added. Without `previous`
 * all of `current` is added.
 * @throws ServiceError INTERNAL, as Clair does, when there is no such operation
 */
export async function updateDiff(
  source: OperationSource,
  load: (id: number) => Promise<Knowledge>,
  current: string,
  previous: string | undefined,
): Promise<RenderedBody> {
  const versions = await source.list();
  const find = (ref: string): KnownVersion => {
    const version = versions.find((each) => each.ref === ref);
    if (!version) throw new ServiceError('INTERNAL', `there is no update operation ${ref}`);
    return version;
  };
  const now = find(current);
  const before = previous === undefined || previous === NIL ? undefined : find(previous);
  const { advisories } = await load(now.id);
  const earlier = before && (await load(before.id)).advisories;
  const text = new ChunkedText(`{"prev":${JSON.stringify(before ? operationOf(before) : NO_OPERATION)},`);
  text.add(`"cur":${JSON.stringify(operationOf(now))},"added":[`);
  for await (const each of missing(advisories, earlier)) text.addMember(each);
  text.add('],"removed":[');
  if (earlier) for await (const each of missing(earlier, advisories)) text.addMember(each);
  return text.finish(']}');
}

const NO_OPERATION = {
  ref: NIL,
  updater: 'msrc',
  fingerprint: '',
  date: '0001-01-01T00:00:00Z',
  kind: 'vulnerability',
};

function operationOf({ ref, version, createdAt }: KnownVersion): typeof NO_OPERATION {
  return { ref, updater: 'msrc', fingerprint: version, date: createdAt, kind: 'vulnerability' };
}

/** Those of `own` that `other` does not have, or not with this content. */
async function* missing(own: Advisories, other: Advisories | undefined): AsyncGenerator<string> {
  const known = new Set<string>();
  if (other) for await (const each of vulnerabilities(other)) known.add(hashOf(each));
  for await (const each of vulnerabilities(own)) if (!known.has(hashOf(each))) yield each;
}

/** As JSON. The newest document speaks where several list an entry for a product. */
async function* vulnerabilities(advisories: Advisories): AsyncGenerator<string> {
  const products = new Set(
    [...advisories.products]
      .filter(([, name]) => PRODUCT_PATTERNS.some((pattern) => matchPattern(pattern, name)))
      .map(([id]) => id),
  );
  const seen = new Set<string>();
  for (const [index, entry] of [...advisories.entries].reverse().entries()) {
    if (index % ENTRIES_A_TURN === 0) await nextTurn();
    // Guidance is no vulnerability, and no report has it.
    if (!entry.id.startsWith('CVE-')) continue;
    for (const product of entry.affected) {
      const vulnerability = products.has(product) && entryVulnerability(entry, product, advisories);
      if (!vulnerability || seen.has(vulnerability.id)) continue;
      seen.add(vulnerability.id);
      yield JSON.stringify(vulnerability);
    }
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64').slice(0, 22);
}
