// The catalogue of base layers as a file, to carry it to where there is no network.
import { parseDigest } from '../base/digest.ts';
import type { InstallationType } from '../model/inventory.ts';
import type { KnownBase } from '../model/known-base.ts';
import { LayerError } from './layer-error.ts';

const FORMAT = 'clearstory-catalog';
const VERSION = 1;

const INSTALLATION_TYPES: readonly InstallationType[] = ['Nano Server', 'Server Core', 'Server', 'Client'];

/** Ends with a line break. */
export function formatCatalogue(layers: readonly KnownBase[]): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, layers }, undefined, 1)}\n`;
}

/** Throws LayerError `BAD_CATALOG`, naming `where` and the entry. */
export function parseCatalogue(text: string, where: string): KnownBase[] {
  let document: { format?: unknown; version?: unknown; layers?: unknown };
  try {
    document = JSON.parse(text) as typeof document;
  } catch {
    throw new LayerError('BAD_CATALOG', `${where} is not valid JSON; export the catalogue again`);
  }
  if (document?.format !== FORMAT || !Array.isArray(document.layers)) {
    throw new LayerError(
      'BAD_CATALOG',
      `${where} is no catalogue; make one with "clearstory catalog export"`,
    );
  }
  if (document.version !== VERSION) {
    throw new LayerError(
      'BAD_CATALOG',
      `${where} is of version ${document.version}, this program reads ${VERSION}`,
    );
  }
  return document.layers.map((value: unknown, index) => {
    const base = readKnownBase(value);
    if (base) return base;
    throw new LayerError(
      'BAD_CATALOG',
      `${where}: entry ${index + 1} cannot be read; nothing was taken over`,
    );
  });
}

/** `undefined` for what is no entry. */
export function readKnownBase(value: unknown): KnownBase | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { digest, diffId, build, revision, basis, installationType, edition, architecture } = value as Record<
    string,
    unknown
  >;
  const type = INSTALLATION_TYPES.find((each) => each === installationType);
  if (basis !== 'registry' && basis !== 'config') return undefined;
  if (!isNumber(build) || !isNumber(revision)) return undefined;
  try {
    return {
      digest: parseDigest(String(digest)),
      diffId: parseDigest(String(diffId)),
      build,
      revision,
      basis,
      ...(type && { installationType: type }),
      ...(isWord(edition) && { edition }),
      ...(isWord(architecture) && { architecture }),
    };
  } catch {
    return undefined;
  }
}

function isNumber(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 1_000_000;
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^\w{1,64}$/.test(value);
}
