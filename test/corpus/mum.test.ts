// A real servicing manifest.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseMum } from '../../src/formats/mum/parse-mum.ts';
import { hasSharedData, SHARED_DATA } from './shared-data.ts';

test.skipIf(!hasSharedData)('is read as its ground truth says', () => {
  const bytes = readFileSync(join(SHARED_DATA, 'samples/mum/scancode-test.mum'));
  expect(parseMum(bytes)).toEqual({
    identity: 'Package_1_for_KB4601060~31bf3856ad364e35~amd64~~10.0.3770.4',
    identifier: 'KB4601060',
    releaseType: 'Update',
    children: [],
  });
});
