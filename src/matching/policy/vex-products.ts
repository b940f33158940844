// Whether a VEX statement is about a package of an image.
import type { VexProduct, VexStatement } from '../../model/policy.ts';

export interface VexSubject {
  readonly image: { readonly target: string; readonly digest: string | undefined };
  readonly purl: string | undefined;
}

/**
 * One of its products has to be the image or the package; where it names parts of the product, one of those has to be the
 * package. What "fixed" is said of names its version or digest: of another one it says nothing.
 */
export function vexApplies({ products, verdict }: VexStatement, subject: VexSubject): boolean {
  return products.some((product) => isMeant(product, verdict === 'fixed', subject));
}

function isMeant({ names, parts }: VexProduct, isExact: boolean, { image, purl }: VexSubject): boolean {
  const isPackage = (name: string): boolean => purl !== undefined && isPurlOf(name, purl, isExact);
  const isProduct = names.some(
    (name) => isImage(name, image, isExact && parts.length === 0) || isPackage(name),
  );
  return isProduct && (parts.length === 0 || parts.some(isPackage));
}

/** A package URL without a version means every version. Of qualifiers those count that both have, such as `arch`. */
function isPurlOf(name: string, purl: string, isExact: boolean): boolean {
  const [wanting, having] = [qualifiersOf(name), qualifiersOf(purl)];
  if ([...wanting].some(([key, value]) => having.has(key) && having.get(key) !== value)) return false;
  const [wanted, actual] = [name, purl].map((each) => decode(bare(each)).toLowerCase()) as [string, string];
  return wanted === actual || (!isExact && !hasVersion(wanted) && actual.startsWith(`${wanted}@`));
}

/** By digest where there is one; otherwise by name, and by repository and tag as far as they are given. */
function isImage(name: string, image: VexSubject['image'], isExact: boolean): boolean {
  const decoded = decode(name);
  if (!/^pkg:(?:oci|docker)\//.test(name)) {
    if (name.startsWith('pkg:')) return false;
    return decoded === image.target || (image.digest !== undefined && decoded.includes(image.digest));
  }
  const [path = '', version] = decode(bare(name))
    .replace(/^pkg:(?:oci|docker)\//, '')
    .split('@');
  if (version?.includes(':')) return version === image.digest;
  const [repository, tag] = nameOf(image.target);
  const qualifiers = qualifiersOf(name);
  const wantedTag = version ?? qualifiers.get('tag') ?? undefined;
  const place = qualifiers.get('repository_url')?.replace(/^https?:\/\//, '');
  return (
    (wantedTag === undefined ? !isExact : wantedTag === tag) &&
    (place === undefined
      ? repository === path || repository.endsWith(`/${path}`)
      : repository === place || repository === `${place}/${path}`)
  );
}

/** Repository and tag of `registry.example.com/shop/app:v1`. */
function nameOf(target: string): [string, string | undefined] {
  const name = target.replace(/@.*$/, '');
  const tag = /:([^:/]*)$/.exec(name)?.[1];
  return [tag === undefined ? name : name.slice(0, -tag.length - 1), tag];
}

function qualifiersOf(purl: string): URLSearchParams {
  return new URLSearchParams(/\?([^#]*)/.exec(purl)?.[1]);
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
