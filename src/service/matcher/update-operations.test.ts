// Versions as update operations, and the difference of two.
import { expect, test } from 'vitest';
import { buildAdvisories } from '../../../test/builders/advisories.ts';
import { clairFaults } from '../../../test/builders/clair-schema.ts';
import type { VulnerabilitySpec } from '../../../test/builders/cvrf.ts';
import { knowledgeOf } from '../../../test/builders/known-advisories.ts';
import type { RenderedBody } from '../../model/rendered-body.ts';
import { updateDiff, updateOperations } from './update-operations.ts';

const PRODUCTS = {
  '11923': 'Windows Server 2022',
  '11924': 'Windows Server 2022 (Server Core installation)',
  '99999': 'Something for another platform',
};

function version(id: number, ...vulnerabilities: VulnerabilitySpec[]) {
  return knowledgeOf(buildAdvisories({ id: '2026-Jun', products: PRODUCTS, vulnerabilities }), undefined, id);
}

const fix = (revision: number) => [{ kb: '5900001', fixedBuild: `10.0.20348.${revision}` }];
const KEPT = { id: 'CVE-2026-1000', affected: ['11923', '11924', '99999'], fixes: fix(100) };
const FIRST = version(
  1,
  KEPT,
  { id: 'CVE-2026-2000', affected: ['11924'] },
  { id: 'ADV260001', affected: ['11924'] },
);
const SECOND = version(
  2,
  KEPT,
  { id: 'CVE-2026-2000', affected: ['11924'], fixes: fix(200), severity: 'Important', score: 7.8 },
  { id: 'CVE-2026-3000', affected: ['11923'] },
);

const source = {
  list: async () => [SECOND.version, FIRST.version],
  delete: async () => undefined,
};
const load = async (id: number) => [FIRST, SECOND][id - 1]!;

function parsed({ plain, plainBytes }: RenderedBody) {
  const body = Buffer.concat(plain);
  expect(body.length).toBe(plainBytes);
  return JSON.parse(body.toString());
}

test('operations are versions, newest first; of enrichments there are none', async () => {
  const operation = ({ version: { ref, version: fingerprint } }: typeof FIRST) => ({
    ref,
    updater: 'msrc',
    fingerprint,
    date: '2026-07-01T00:00:00Z',
    kind: 'vulnerability',
  });
  const all = await updateOperations(source, 'vulnerability', false);
  expect(all.newest).toBe(SECOND.version.ref);
  expect(parsed(all.body)).toEqual({ msrc: [operation(SECOND), operation(FIRST)] });
  const latest = await updateOperations(source, 'vulnerability', true);
  expect(parsed(latest.body)).toEqual({ msrc: [operation(SECOND)] });
  const none = await updateOperations(source, 'enrichment', false);
  expect([none.newest, parsed(none.body)]).toEqual([undefined, {}]);
});

test('a difference has what is new, what is gone, and both sides of what changed; products of images alone', async () => {
  const { added, removed, cur, prev } = parsed(
    await updateDiff(source, load, SECOND.version.ref, FIRST.version.ref),
  );
  for (const each of [...added, ...removed]) expect(clairFaults('vulnerability', each)).toEqual([]);
  expect([cur.ref, prev.ref]).toEqual([SECOND.version.ref, FIRST.version.ref]);
  expect(added.map(({ id }: { id: string }) => id).sort()).toEqual([
    'CVE-2026-2000/11924',
    'CVE-2026-3000/11923',
  ]);
  expect(added.find(({ name }: { name: string }) => name === 'CVE-2026-2000')).toMatchObject({
    normalized_severity: 'High',
    fixed_in_version: '10.0.20348.200 (KB5900001)',
    package: { name: PRODUCTS['11924'] },
  });
  expect(removed).toMatchObject([{ id: 'CVE-2026-2000/11924', fixed_in_version: '' }]);
});

test.each([undefined, '00000000-0000-0000-0000-000000000000'])(
  'before %s there was nothing',
  async (previous) => {
    const { added, removed, prev } = parsed(await updateDiff(source, load, FIRST.version.ref, previous));
    expect(added.map(({ id }: { id: string }) => id).sort()).toEqual([
      'CVE-2026-1000/11923',
      'CVE-2026-1000/11924',
      'CVE-2026-2000/11924',
    ]);
    expect([removed, prev.ref, prev.date]).toEqual([
      [],
      '00000000-0000-0000-0000-000000000000',
      '0001-01-01T00:00:00Z',
    ]);
  },
);

test('an operation that is not there', async () => {
  await expect(updateDiff(source, load, 'no such ref', undefined)).rejects.toMatchObject({
    code: 'INTERNAL',
  });
});
