// What nobody has decided on is counted, not passed over.
import { expect, test } from 'vitest';
import { buildAdvisories } from '../../../test/builders/advisories.ts';
import { assessData } from './data-quality.ts';

const ADVISORIES = buildAdvisories({
  id: '2026-Jan',
  products: {
    1: '.NET 8.0 installed on Windows',
    2: 'Windows Server 2031',
    3: 'Zoo Tycoon Friends',
    4: 'Windows 10 Version 1809 for x64-based Systems',
  },
  vulnerabilities: [
    { id: 'CVE-2026-0001', affected: ['1', '2'], fixes: [{ fixedBuild: '8.0.27 or so', products: ['1'] }] },
    {
      id: 'CVE-2026-0002',
      affected: ['2', '3', '4'],
      fixes: [{ fixedBuild: 'whatever', products: ['3', '4'] }],
    },
  ],
});

test('unknown products by the number of their entries, unknown shapes of matched products', () => {
  const quality = assessData(ADVISORIES);
  expect(quality.unknownProducts).toEqual([
    { name: 'Windows Server 2031', entries: 2 },
    { name: 'Zoo Tycoon Friends', entries: 1 },
  ]);
  expect(quality.unknownFixedBuilds).toEqual([
    { product: '.NET 8.0 installed on Windows', fixedBuild: '8.0.27 or so', entry: 'CVE-2026-0001' },
  ]);
  expect([...quality.classes]).toEqual([
    ['elsewhere: client Windows', 1],
    ['matched: dotnet', 1],
  ]);
});
