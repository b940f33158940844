// What registries answer to whom they do not know.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseChallenges } from './challenge.ts';

const read = (header: string): unknown =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

test.each<[header: string, expected: unknown]>([
  [
    'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"',
    [
      [
        'bearer',
        {
          realm: 'https://auth.example/token',
          service: 'registry.example',
          scope: 'repository:a/b:pull,push',
        },
      ],
    ],
  ],
  ['Basic realm="Registry Realm"', [['basic', { realm: 'Registry Realm' }]]],
  ['BASIC realm=plain', [['basic', { realm: 'plain' }]]],
  [
    'Basic realm="x", Bearer realm = "https://a" , service="s"',
    [
      ['basic', { realm: 'x' }],
      ['bearer', { realm: 'https://a', service: 's' }],
    ],
  ],
  ['Bearer realm="a \\"quoted\\" word"', [['bearer', { realm: 'a "quoted" word' }]]],
  [
    'Negotiate, Bearer REALM="https://a"',
    [
      ['negotiate', {}],
      ['bearer', { realm: 'https://a' }],
    ],
  ],
  ['', []],
  ['"nothing"', []],
])('%s', (header, expected) => {
  expect(read(header)).toEqual(expected);
});

test('any text is read in time that grows with its length', () => {
  fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => void parseChallenges(text)));
  const start = performance.now();
  for (const part of ['a', 'a=', 'a="', '\\"', ' , ', 'Bearer a="b",']) parseChallenges(part.repeat(100_000));
  expect(performance.now() - start).toBeLessThan(1000);
});
