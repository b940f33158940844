// Whether a VEX statement is about a package of an image.
import type { VexStatement } from '../../model/policy.ts';

export interface VexSubject {
  readonly image: { readonly target: string; readonly digest: string | undefined };
  readonly purl: string | undefined;
  readonly name: string | undefined;
}

/** Without products a statement is about everything; otherwise one of them has to be the image or the package. */
export function vexApplies({ products }: VexStatement, subject: VexSubject): boolean {
  return products.length === 0 || products.some((product) => isMeant(product, subject));
}

function isMeant(product: string, { image, purl }: VexSubject): boolean {
  const decoded = decode(product);
  if (decoded.startsWith('pkg:'))
    return isPurlOfImage(decoded, image) || (purl !== undefined && isPurlOf(decoded, decode(purl)));
  return decoded === image.target || (image.digest !== undefined && decoded.includes(image.digest));
}

/** A package URL without a version means every version. Qualifiers and subpaths do not count. */
function isPurlOf(product: string, purl: string): boolean {
  const wanted = bare(product).toLowerCase();
  const actual = bare(purl).toLowerCase();
  return wanted === actual || (!hasVersion(wanted) && actual.startsWith(`${wanted}@`));
}

/** `pkg:oci/app@sha256:…`: by digest where there is one, by name and nothing else where there is none. */
function isPurlOfImage(product: string, image: VexSubject['image']): boolean {
  if (!product.startsWith('pkg:oci/') && !product.startsWith('pkg:docker/')) return false;
  const [name = '', version] = bare(product)
    .replace(/^pkg:(?:oci|docker)\//, '')
    .split('@');
  if (version !== undefined) return version === image.digest;
  const repository = image.target.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
  return repository === name || repository.endsWith(`/${name}`);
}

function bare(purl: string): string {
  return purl.replace(/[?#].*$/, '');
}

function hasVersion(purl: string): boolean {
  return purl.lastIndexOf('@') > purl.lastIndexOf('/');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
