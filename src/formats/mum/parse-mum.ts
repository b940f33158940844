// Reads a servicing manifest (`.mum`): which package it is, which update it belongs to, what it consists of.
import { walkXml } from '../walk-xml.ts';
import { MumError } from './mum-error.ts';

export interface Mum {
  /** `Name~PublicKeyToken~Architecture~Language~Version`; the language of neutral packages is empty. */
  readonly identity: string;
  /** `KB5034129`, or a placeholder. */
  readonly identifier: string | undefined;
  /** `Security Update`, `OnDemand Pack`, … */
  readonly releaseType: string | undefined;
  /** Identities of the packages it consists of. */
  readonly children: readonly string[];
}

/**
 * Namespace urn:schemas-microsoft-com:asm.v3; elements are told apart by local name and place.
 * @throws MumError MALFORMED for what is not well-formed, NOT_MUM for another document.
 */
export function parseMum(bytes: Uint8Array): Mum {
  let identity: string | undefined;
  let identifier: string | undefined;
  let releaseType: string | undefined;
  const children: string[] = [];
  walkXml(
    bytes,
    (place, attributes) => {
      if (place === 'assembly/assemblyIdentity') {
        identity ??= identityOf(attributes);
      } else if (place === 'assembly/package') {
        identifier = attributes.identifier || undefined;
        releaseType = attributes.releaseType || undefined;
      } else if (place === 'assembly/package/update/package/assemblyIdentity') {
        children.push(identityOf(attributes));
      } else if (!place.startsWith('assembly/') && place !== 'assembly') {
        throw new MumError('NOT_MUM', `the root element is <${place}>, not a servicing manifest`);
      }
    },
    (reason) => new MumError('MALFORMED', reason),
  );
  if (identity === undefined) throw new MumError('NOT_MUM', 'the manifest names no assemblyIdentity');
  return { identity, identifier, releaseType, children };
}

function identityOf(attributes: Readonly<Record<string, string>>): string {
  const {
    name = '',
    publicKeyToken = '',
    processorArchitecture = '',
    language = '',
    version = '',
  } = attributes;
  const plain = language.toLowerCase() === 'neutral' ? '' : language;
  return [name, publicKeyToken, processorArchitecture, plain, version].join('~');
}
