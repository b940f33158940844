// Clair's file there and back: every line is one that Clair loads, nothing of ours is lost, damage is seen.
import { describe, expect, test } from 'vitest';
import type { CvrfSpec } from '../../../test/builders/cvrf.ts';
import { advisoriesOf, plain, updateFolder } from '../../../test/builders/feed-folder.ts';
import { SMALL_FEED } from '../../../test/builders/small-feed.ts';
import { temporaryDirectory } from '../../../test/builders/temporary-directory.ts';
import { AdvisoriesStore } from '../../advisories/advisories-store.ts';
import { applySnapshot } from '../../advisories/bundle/apply-snapshot.ts';
import { type FeedSnapshot, takeSnapshot } from '../../advisories/bundle/feed-snapshot.ts';
import { JsonblobError } from './jsonblob-error.ts';
import { type ReadJsonblob, readJsonblob, skippedBecause } from './read-jsonblob.ts';
import { type JsonblobContent, writeJsonblob } from './write-jsonblob.ts';

const NOW = new Date('2026-07-01T00:00:00Z');

const RICH: CvrfSpec = {
  id: '2026-Jun',
  products: {
    '11924': 'Windows Server 2022 (Server Core installation)',
    '11676-11572': 'Microsoft .NET Framework 3.5 AND 4.8 on Windows Server 2019',
    '12000': 'Something with "quotes", \u2028 and ümlauts',
  },
  vulnerabilities: [
    {
      id: 'CVE-2026-1000',
      title: 'An elevation of privilege vulnerability',
      tag: 'Windows SMB',
      affected: ['11924', '11676-11572', '12000'],
      published: '2026-06-09',
      exploited: true,
      severity: { '11924': 'Important', '11676-11572': 'Critical' },
      score: { '11924': 7.8, '11676-11572': 8.8 },
      vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H/E:U/RL:O/RC:C',
      fixes: [
        {
          kb: '5060527',
          fixedBuild: '10.0.20348.3800',
          subType: 'Security Hotpatch Update',
          products: ['11924'],
        },
        { kb: '5060526', fixedBuild: '10.0.20348.3807', subType: 'Security Update', products: ['11924'] },
        { kb: '5055169', products: ['11676-11572'] },
      ],
    },
    { id: 'ADV260001', affected: ['11924'], severity: 'Something new' },
  ],
};

/** A document of Microsoft's Linux distributions: nothing of it is kept, but that it was read is. */
const NOTHING_KEPT: CvrfSpec = {
  id: '2026-May',
  products: { '1-17084': 'Azure Linux 3.0 x64' },
  vulnerabilities: [{ id: 'CVE-2026-2000', affected: ['1-17084'] }],
};

interface Source {
  readonly folder: string;
  readonly snapshot: FeedSnapshot;
  readonly version: string;
}

async function sourceOf(...documents: CvrfSpec[]): Promise<Source> {
  const folder = temporaryDirectory();
  await updateFolder(folder, documents, NOW);
  const store = new AdvisoriesStore(folder);
  return { folder, snapshot: await takeSnapshot(store), version: (await store.state())!.version };
}

const textOf = ({ snapshot, version }: Source, content: JsonblobContent = 'vulnerabilities'): string =>
  Buffer.concat([...writeJsonblob(snapshot, version, content)]).toString('utf8');

type Line = Readonly<Record<string, Record<string, unknown> & string>>;

const linesOf = (text: string): Line[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

async function* pieces(text: string, size = 777): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const read = (text: string): Promise<ReadJsonblob> => readJsonblob(pieces(text), 'updates.json');

describe('what Clair is given', () => {
  test('one operation: the same updater, fingerprint and reference on every line', async () => {
    const source = await sourceOf(RICH, ...SMALL_FEED);
    const lines = linesOf(textOf(source));
    expect(lines).toHaveLength(3 + 1 + 5);
    for (const line of lines) {
      expect(line).toMatchObject({ Updater: 'msrc', Kind: 'vulnerability', Fingerprint: source.version });
      expect(line.Date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
      expect(line.Ref).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(line.Ref).toBe(lines[0]?.Ref);
    }
  });

  test('a vulnerability for each entry and product, with what was published for that product', async () => {
    const lines = linesOf(textOf(await sourceOf(RICH)));
    const [first, framework] = lines.map(({ Vuln }) => Vuln);
    const server = lines.find(({ Vuln }) => String(Vuln?.fixed_in_version).startsWith('10.0.'))?.Vuln;
    expect(server).toMatchObject({
      name: 'CVE-2026-1000',
      updater: 'msrc',
      description: 'An elevation of privilege vulnerability',
      issued: '2026-06-09T00:00:00Z',
      severity: 'Important',
      normalized_severity: 'High',
      fixed_in_version: '10.0.20348.3807 (KB5060526)',
      links:
        'https://msrc.microsoft.com/update-guide/vulnerability/CVE-2026-1000 https://support.microsoft.com/help/5060526',
      package: { name: 'Windows Server 2022 (Server Core installation)', kind: 'binary' },
      distribution: { did: 'windows' },
    });
    expect([first, framework].map((each) => each?.fixed_in_version)).toContain('KB5055169');
  });

  test('only words that Clair knows, dates that Go reads, and no null', async () => {
    const text = textOf(await sourceOf(RICH, ...SMALL_FEED));
    expect(text).not.toContain('null');
    for (const { Vuln } of linesOf(text)) {
      expect(Vuln?.normalized_severity).toMatch(/^(Unknown|Negligible|Low|Medium|High|Critical)$/);
      expect(Vuln?.issued).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(Vuln).not.toHaveProperty('range');
    }
  });

  test('scores only when asked for, as the NVD writes them', async () => {
    const source = await sourceOf(RICH);
    expect(textOf(source)).not.toContain('clair.cvss');
    const scores = linesOf(textOf(source, 'vulnerabilities and scores')).filter(
      ({ Kind }) => Kind === 'enrichment',
    );
    expect(scores).toHaveLength(1);
    expect(scores[0]).toMatchObject({
      Updater: 'clair.cvss',
      Enrichment: {
        Tags: ['CVE-2026-1000'],
        Enrichment: {
          version: '3.1',
          vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H',
          attackVector: 'NETWORK',
          userInteraction: 'REQUIRED',
          availabilityImpact: 'HIGH',
          baseScore: 8.8,
          baseSeverity: 'HIGH',
        },
      },
    });
  });

  test('the same advisories give the same file', async () => {
    const source = await sourceOf(RICH);
    expect(textOf(source)).toBe(textOf({ ...source }));
  });

  test('a line that Clair could not read is not written', async () => {
    const source = await sourceOf({
      ...RICH,
      vulnerabilities: [{ ...RICH.vulnerabilities[0]!, title: 'x'.repeat(600_000) }],
    });
    expect(() => textOf(source)).toThrow(JsonblobError);
  });
});

describe('what comes back', () => {
  test.each(['vulnerabilities', 'vulnerabilities and scores'] as const)('%s: everything', async (content) => {
    const source = await sourceOf(RICH, NOTHING_KEPT, ...SMALL_FEED);
    const { snapshot, skipped } = await read(textOf(source, content));
    expect(snapshot).toEqual(source.snapshot);
    expect([...skipped]).toEqual(content === 'vulnerabilities' ? [] : [['clair.cvss', 4]]);
    const to = temporaryDirectory();
    await applySnapshot(snapshot!, new AdvisoriesStore(to), NOW);
    expect(plain(await advisoriesOf(to))).toEqual(plain(await advisoriesOf(source.folder)));
  });

  test('operations of others may stand around it', async () => {
    const source = await sourceOf(RICH);
    const foreign = (updater: string): string =>
      `${JSON.stringify({ Updater: updater, Ref: 'x', Kind: 'vulnerability', Vuln: {} })}\n`;
    const text = foreign('debian/updater') + textOf(source) + foreign('osv/go').repeat(2);
    const { snapshot, skipped } = await read(text);
    expect(snapshot).toEqual(source.snapshot);
    expect([...skipped]).toEqual([
      ['debian/updater', 1],
      ['osv/go', 2],
    ]);
  });

  test('a file without anything of ours says what it had', async () => {
    const line = { Updater: 'clair.cvss', Kind: 'enrichment', Enrichment: { Tags: [], Enrichment: {} } };
    const { snapshot, skipped } = await read(`${JSON.stringify(line)}\n`.repeat(3));
    expect(snapshot).toBeUndefined();
    expect(skippedBecause(skipped)).toEqual([
      expect.stringMatching(/^3 records of clair\.cvss passed over: /),
    ]);
  });

  test.each([
    ['cut in a line', (text: string) => text.slice(0, -20), 'DAMAGED'],
    ['cut between lines', (text: string) => text.slice(0, text.indexOf('\n') + 1), 'TRUNCATED'],
    ['empty', () => '', 'NOT_JSONBLOB'],
    ['another file', () => '<html>', 'NOT_JSONBLOB'],
    ['other JSON', () => '{"some":"thing"}', 'NOT_JSONBLOB'],
    ['no object', () => '[1]', 'NOT_JSONBLOB'],
    ['of a newer version', (text: string) => text.replace('"format":1', '"format":2'), 'NEWER_FORMAT'],
    ['its first line gone', (text: string) => text.slice(text.lastIndexOf('{"Updater"')), 'DAMAGED'],
    ['forged', (text: string) => text.replaceAll('"affected":[', '"affected":[1,'), 'DAMAGED'],
    [
      'forged, of no document',
      (text: string) => text.replaceAll('"document":0', '"document":"length"'),
      'DAMAGED',
    ],
    ['a line without end', () => `{"Updater":"${'x'.repeat(9 * 1024 * 1024)}"}`, 'LINE_TOO_LONG'],
  ])('%s', async (_, change, code) => {
    const text = change(textOf(await sourceOf(RICH)));
    await expect(read(text)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/^updates\.json: /),
    });
  });
});
