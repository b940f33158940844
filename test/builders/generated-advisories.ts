// Advisories that speak of everything generated inventories hold: two builds, components, .NET Framework, products.
import type { Advisories } from '../../src/model/advisories.ts';
import { buildAdvisories } from './advisories.ts';
import type { CvrfSpec, RemediationSpec, VulnerabilitySpec } from './cvrf.ts';

const PRODUCTS = {
  '11571': 'Windows Server 2019',
  '11572': 'Windows Server 2019 (Server Core installation)',
  '11923': 'Windows Server 2022',
  '11924': 'Windows Server 2022 (Server Core installation)',
  '10379-11571': 'Internet Explorer 11 on Windows Server 2019',
  '10379-11923': 'Internet Explorer 11 on Windows Server 2022',
  '11676-11571': 'Microsoft .NET Framework 3.5 AND 4.8 on Windows Server 2019',
  '11676-11572': 'Microsoft .NET Framework 3.5 AND 4.8 on Windows Server 2019 (Server Core installation)',
  '2472-11572': 'Microsoft .NET Framework 3.5 on Windows Server 2019 (Server Core installation)',
  '11676-11924': 'Microsoft .NET Framework 3.5 AND 4.8 on Windows Server 2022 (Server Core installation)',
  '12001': '.NET 8.0',
  '12002': 'PowerShell 7.4',
};

type Product = keyof typeof PRODUCTS;

const SEVERITIES = ['Critical', 'Important', 'Moderate', 'Low', ''];
const SCORES = [10, 9.8, 7.5, 5, 2.1, 0];

/** `documents` months of `entries` vulnerabilities each; the same arguments give the same advisories. */
export function generatedAdvisories(documents = 3, entries = 40): Advisories {
  return buildAdvisories(
    ...['2026-Jan', '2026-Feb', '2026-Mar']
      .slice(0, documents)
      .map((id, month) => document(id, month, entries)),
  );
}

function document(id: string, month: number, entries: number): CvrfSpec {
  const vulnerabilities = Array.from({ length: entries }, (_, index) => vulnerability(month, index));
  const guidance = { id: `ADV26000${month}`, affected: ['11924', '11572'] };
  return { id, products: PRODUCTS, vulnerabilities: [...vulnerabilities, guidance] };
}

function vulnerability(month: number, index: number): VulnerabilitySpec {
  const all = Object.keys(PRODUCTS) as Product[];
  const affected = all.filter((_, product) => (index + product) % 3 === 0 || index % all.length === product);
  const severity = SEVERITIES[index % SEVERITIES.length]!;
  return {
    id: `CVE-2026-${1000 + month * 1000 + index}`,
    title: `Flaw ${index} of "month" ${month} – with <marks> & more`,
    affected,
    fixes: affected.flatMap((product) => (index % 11 === 0 ? [] : [fix(product, 50 + month * 150 + index)])),
    ...(severity === '' ? {} : { severity }),
    ...(index % 7 === 6 ? {} : { score: SCORES[index % SCORES.length]! }),
    exploited: index % 13 === 0,
    published: `2026-0${month + 1}-13`,
  };
}

function fix(product: Product, revision: number): RemediationSpec {
  const of = (fixedBuild: string, kb = '5900001'): RemediationSpec => ({
    kb,
    fixedBuild,
    products: [product],
  });
  if (product === '12001') return of(`8.0.${revision % 30}`);
  if (product === '12002') return of(`7.4.${revision % 7}`);
  const build = product.endsWith('11571') || product.endsWith('11572') ? 17763 : 20348;
  if (!PRODUCTS[product].includes('.NET') || revision % 3 === 0) return of(`10.0.${build}.${revision}`);
  return revision % 3 === 1
    ? of(`4.8.04${600 + (revision % 100)}.02`, '5900002')
    : { kb: '5900003', products: [product] };
}
