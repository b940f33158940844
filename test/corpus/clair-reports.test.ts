// Reports of every server build and update level over Microsoft's real documents, by the real schemas of Quay and Clair.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv, type AnySchemaObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { match } from '../../src/matching/match.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { InstallationType, Inventory } from '../../src/model/inventory.ts';
import type { RenderedBody } from '../../src/model/rendered-body.ts';
import type { Knowledge } from '../../src/service/knowledge.ts';
import { Matcher } from '../../src/service/matcher/matcher.ts';
import { clairFaults } from '../builders/clair-schema.ts';
import { IndexedManifests } from '../builders/indexed-manifests.ts';
import { knowledgeOf } from '../builders/known-advisories.ts';
import { quayFeatures } from '../builders/quay-client.ts';
import { quayFaults } from '../builders/quay-schema.ts';
import { readServerHistory } from './raw-documents.ts';
import { serverInventory } from './server-inventory.ts';
import { readSharedAdvisories } from './shared-advisories.ts';
import { hasSharedData, SHARED_DATA } from './shared-data.ts';

const LAYERS = [`sha256:${'a'.repeat(64)}`];
/** Some builds have two hundred revisions with thousands of findings each. */
const SLOW_MS = 900_000;
const TYPES = ['Server Core', 'Server'] as const;

interface Schemas {
  readonly components: { readonly schemas: Readonly<Record<string, AnySchemaObject>> };
}

/** Quay's is one document; Clair's are several that refer to each other. */
class RealSchemas {
  readonly #quay = new Ajv({ strict: false, allErrors: true });
  readonly #clair = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });

  constructor() {
    const read = (name: string): Schemas =>
      JSON.parse(readFileSync(join(SHARED_DATA, 'schemas', name), 'utf8')) as Schemas;
    this.#quay.addSchema(read('quay-clair-v4.openapi.json'), 'quay');
    for (const schema of Object.values(read('clair-openapi-3.1.json').components.schemas)) {
      if ('$id' in schema) this.#clair.addSchema(schema);
    }
  }

  faults(report: unknown): readonly unknown[] {
    this.#quay.validate('quay#/components/schemas/VulnerabilityReport', report);
    this.#clair.validate('https://clairproject.org/api/http/v1/vulnerability_report.schema.json', report);
    return [...(this.#quay.errors ?? []), ...(this.#clair.errors ?? [])];
  }
}

describe.skipIf(!hasSharedData)('reports over all MSRC documents', () => {
  const history = hasSharedData ? readServerHistory(join(SHARED_DATA, 'windows-release-history.tsv')) : [];
  const builds = [...new Set(history.map(({ build }) => build))];
  const images = new IndexedManifests();
  let knowledge: Knowledge;
  let matcher: Matcher;
  let schemas: RealSchemas;

  beforeAll(async () => {
    knowledge = knowledgeOf(await readSharedAdvisories());
    schemas = new RealSchemas();
    matcher = new Matcher({
      ...images,
      knowledge: { current: () => knowledge, load: async () => knowledge },
      versions: { list: async () => [], delete: async () => undefined },
      cacheBytes: 1e6,
      now: () => new Date('2026-07-06T22:00:00Z'),
    });
  });

  const bodyOf = async (build: number, revision: number, installationType: InstallationType) => {
    const inventory = serverInventory({ build, revision, installationType });
    return { inventory, body: (await matcher.vulnerabilityReport(images.add(inventory, LAYERS)))! };
  };

  const findingsOf = (inventory: Inventory): readonly Finding[] =>
    match(inventory, knowledge.advisories).findings.filter(({ status }) => status !== 'advisory');

  const fixText = ({ fixedIn: { version, kb } }: Finding): string => {
    const kbs = kb.join(', ');
    if (version === null) return kbs;
    return kbs === '' ? version : `${version} (${kbs})`;
  };

  const textOf = (body: RenderedBody): string => {
    const text = Buffer.concat(body.plain).toString();
    expect(gunzipSync(Buffer.concat(body.gzip!)).toString()).toBe(text);
    return text;
  };

  test('there is a history', () => {
    expect(builds.length).toBeGreaterThanOrEqual(10);
  });

  test.each(builds)(
    'build %i: every revision has the findings of matching',
    async (build) => {
      const revisions = [...new Set(history.filter((row) => row.build === build).map((row) => row.revision))];
      for (const [index, revision] of revisions.entries()) {
        const { inventory, body } = await bodyOf(build, revision, TYPES[index % TYPES.length]!);
        const text = Buffer.concat(body.plain).toString();
        const [windows] = quayFeatures(text);
        const shown = windows!.vulnerabilities.filter(({ issuedBy }) => issuedBy === 'msrc');
        const found = findingsOf(inventory);
        expect(shown.map(({ name }) => name)).toEqual(found.map(({ id }) => id));
        expect(shown.map(({ fixedBy }) => fixedBy)).toEqual(found.map(fixText));
        // These take longer than making the report.
        if (index % 20 !== 0) continue;
        const report: unknown = JSON.parse(textOf(body));
        expect(schemas.faults(report)).toEqual([]);
        expect(quayFaults('VulnerabilityReport', report)).toEqual([]);
        expect(clairFaults('vulnerability_report', report)).toEqual([]);
      }
    },
    SLOW_MS,
  );

  test('every score of Windows that Microsoft gives is shown, and no Unknown is left that has one', async () => {
    const { inventory, body } = await bodyOf(17763, 1697, 'Server Core');
    const found = match(inventory, knowledge.advisories).findings.filter(
      ({ status }) => status !== 'advisory',
    );
    const [windows] = quayFeatures(textOf(body));
    const scores = new Map(windows!.vulnerabilities.map(({ name, score }) => [name, score]));
    for (const { id, cvss } of found) expect(scores.get(id)).toBe(cvss?.score ?? '');
    const unknown = windows!.vulnerabilities.filter(
      ({ severity, score }) => severity === 'Unknown' && score !== '',
    );
    expect(unknown).toEqual([]);
  });

  test('a report of 3,000 findings: printed is what it takes', async () => {
    await bodyOf(17763, 1700, 'Server Core');
    const time = async (work: () => Promise<unknown>): Promise<number> => {
      const start = performance.now();
      await work();
      return performance.now() - start;
    };
    const cold = await time(() => bodyOf(17763, 1697, 'Server Core'));
    const { body } = await bodyOf(17763, 1697, 'Server Core');
    const findings = Object.keys(JSON.parse(textOf(body)).vulnerabilities).length;
    console.log(
      `${findings} findings: cold ${cold.toFixed()} ms, ${body.plainBytes} bytes, ${body.gzipBytes} as gzip`,
    );
    expect(findings).toBeGreaterThan(3000);
  });
});
