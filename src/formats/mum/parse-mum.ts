// Reads a servicing manifest (`.mum`): which package it is, which update it belongs to, what it consists of.
import { SaxesParser } from 'saxes';
import { decodeXml } from '../xml-text.ts';
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
  const path: string[] = [];
  let identity: string | undefined;
  let identifier: string | undefined;
  let releaseType: string | undefined;
  const children: string[] = [];
  const parser = new SaxesParser({ fragment: false });
  parser.on('error', (error) => {
    throw new MumError('MALFORMED', `not well-formed XML or cut off: ${error.message}`);
  });
  parser.on('opentag', ({ name, attributes, isSelfClosing }) => {
    const local = name.slice(name.indexOf(':') + 1);
    const place = path.join('/');
    const given = attributes as Record<string, string>;
    if (place === '' && local !== 'assembly') {
      throw new MumError('NOT_MUM', `the root element is <${local}>, not a servicing manifest`);
    }
    if (place === 'assembly' && local === 'assemblyIdentity') identity ??= identityOf(given);
    if (place === 'assembly' && local === 'package') {
      identifier = given.identifier || undefined;
      releaseType = given.releaseType || undefined;
    }
    if (place === 'assembly/package/update/package' && local === 'assemblyIdentity') {
      children.push(identityOf(given));
    }
    if (!isSelfClosing) path.push(local);
  });
  parser.on('closetag', ({ isSelfClosing }) => {
    if (!isSelfClosing) path.pop();
  });
  parser.write(decodeXml(bytes)).close();
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
