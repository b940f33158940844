// Facts as the store keeps them.
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { layerFacts } from '../../../../test/builders/layer-facts.ts';
import { file } from '../../../../test/builders/tar.ts';
import { baseLayer } from '../../../../test/builders/windows-image.ts';
import { packFacts, unpackFacts } from './packed-facts.ts';

test('are plain JSON in gzip, whatever stands in them', async () => {
  const odd = [
    file('Files/__proto__/a', ''),
    file('Files/漢字/"quoted"\\u0000.txt', ''),
    file('Files/\u2028', ''),
  ];
  const read = await layerFacts([...baseLayer().entries, ...odd.filter(({ path }) => !path.includes('\\'))]);
  const facts = { ...read, lent: undefined, files: [{ path: 'A', spelling: '\ud800', sizeBytes: 1 }] };
  const packed = await packFacts(facts as never);
  expect(unpackFacts(packed)).toEqual(JSON.parse(JSON.stringify(facts)));
  expect(gunzipSync(packed).toString('utf8')).toBe(JSON.stringify(facts));
  expect(Object.keys(unpackFacts(packed).names)).toContain('Files/__proto__');
});

test('have a limit', async () => {
  const facts = await layerFacts([]);
  const megabyte = 'x'.repeat(1024 * 1024);
  const names = Object.fromEntries(Array.from({ length: 129 }, (_, index) => [String(index), [megabyte]]));
  await expect(packFacts({ ...facts, names })).rejects.toMatchObject({ code: 'TOO_LARGE' });
});
