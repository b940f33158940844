// Visual C++ runtimes that the registry lists without a redistributable package among the programs.
import type { InventoryPackage } from '../model/inventory.ts';
import { registryEvidence } from './evidence.ts';
import type { ImageContent } from './image-content.ts';
import { microsoftPurl } from './microsoft-purl.ts';
import { findKey, numberOf, textOf } from './registry/lookup.ts';

const RUNTIMES = 'Microsoft\\VisualStudio\\14.0\\VC\\Runtimes';
const VIEWS = [RUNTIMES, `WOW6432Node\\${RUNTIMES}`];

/** `listed`: packages that the Uninstall entries gave; a runtime they brought is not reported twice. */
export function readVisualCpp(
  content: ImageContent,
  listed: readonly InventoryPackage[],
): InventoryPackage[] {
  const bundles = listed.filter(({ match }) => match?.by === 'product' && match.family === 'visual-cpp');
  const found = new Map<string, InventoryPackage>();
  for (const view of VIEWS) {
    for (const key of findKey(content.software, view)?.keys.values() ?? []) {
      const architecture = key.name.toLowerCase();
      const version = /^v?(\d+(?:\.\d+)+)/.exec(textOf(key, 'Version') ?? '')?.[1]?.replace(/\.00$/, '.0');
      const hasBundle = bundles.some(({ name }) => name.toLowerCase().includes(`(${architecture})`));
      if (version === undefined || numberOf(key, 'Installed') !== 1 || hasBundle || found.has(architecture))
        continue;
      const evidence = registryEvidence(
        content.software,
        'SOFTWARE',
        `${view}\\${key.name}`,
        'Version',
        content.layers,
      );
      found.set(architecture, {
        id: `visual-cpp:${architecture}`,
        name: `Microsoft Visual C++ Runtime (${architecture})`,
        version,
        kind: 'product',
        purl: microsoftPurl('visual-cpp', version, { arch: architecture }),
        introducedIn: evidence?.layer,
        evidence: evidence ? [evidence] : [],
        match: { by: 'product', family: 'visual-cpp', line: version.split('.')[0] ?? '' },
      });
    }
  }
  return [...found.values()];
}
