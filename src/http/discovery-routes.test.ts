import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ask, startApi } from '../../test/builders/api-server.ts';
import { MemoryIndexer, memoryMatcher, memoryNotifier } from '../../test/builders/memory-service.ts';
import { discoveryRoutes } from './discovery-routes.ts';
import { indexerRoutes } from './indexer-routes.ts';
import { matcherRoutes } from './matcher-routes.ts';
import { notifierRoutes } from './notifier-routes.ts';
import { operations } from './openapi/operations.ts';

const routes = [
  ...indexerRoutes(new MemoryIndexer(), { maxLayers: 1, concurrency: undefined, requestSeconds: 1 }),
  ...matcherRoutes(memoryMatcher('{}'), { cacheAge: 1 }),
  ...notifierRoutes(memoryNotifier),
];

const start = (needsToken = false) =>
  startApi({ routes: [...routes, ...discoveryRoutes(routes, '1.2.3', needsToken)] });

describe('the description', () => {
  test('is of exactly what is served', () => {
    const served = routes.flatMap(({ name, methods }) =>
      Object.keys(methods).map((method) => `${method} ${name}`),
    );
    const described = Object.entries(operations).flatMap(([name, methods]) =>
      Object.keys(methods).map((method) => `${method} ${name}`),
    );
    expect(described.toSorted()).toEqual(served.toSorted());
  });

  test('refers to nothing that it does not hold', async () => {
    const text = (await ask(await start(), '/openapi/v1')).body.toString();
    const { components, paths, openapi, info } = JSON.parse(text);
    expect([openapi, info.version]).toEqual(['3.1.0', '1.2.3']);
    const names = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => !(name! in components.schemas))).toEqual([]);
    for (const [path, methods] of Object.entries<
      Record<string, { parameters?: { in: string; name: string }[] }>
    >(paths)) {
      for (const { parameters = [] } of Object.values(methods)) {
        const inPath = parameters.filter((each) => each.in === 'path').map((each) => `{${each.name}}`);
        expect([path, inPath]).toEqual([path, path.match(/\{\w+\}/g) ?? []]);
      }
    }
  });

  test.each([
    [undefined, 'application/openapi+json'],
    ['application/json', 'application/json'],
    ['application/vnd.oai.openapi+json', 'application/vnd.oai.openapi+json'],
    ['application/yaml', 'application/yaml'],
    ['application/openapi+yaml, application/json;q=0.1', 'application/openapi+yaml'],
  ])('comes as JSON and as YAML: %s', async (accept, type) => {
    const port = await start(true);
    const headers: Record<string, string> = accept === undefined ? {} : { accept };
    const { status, headers: answered, body } = await ask(port, '/openapi/v1', { headers });
    expect([status, answered['content-type']]).toEqual([200, type]);
    expect(answered.etag).toBe(`"${createHash('sha256').update(body).digest('hex')}"`);
    const document = type.endsWith('yaml') ? parse(body.toString()) : JSON.parse(body.toString());
    expect(document.security).toEqual([{ PSK: [] }]);
    expect(Object.keys(document.paths)).toHaveLength(routes.length);
    const again = await ask(port, '/openapi/v1', {
      headers: { ...headers, 'if-none-match': answered.etag! },
    });
    expect(again.status).toBe(304);
  });

  test('comes as nothing else', async () => {
    expect((await ask(await start(), '/openapi/v1', { headers: { accept: 'text/html' } })).status).toBe(415);
  });
});
