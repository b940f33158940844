// The `tls` section: the certificate of the API.
import type { Section } from './section.ts';

/** Paths of PEM files. */
export interface TlsSettings {
  readonly cert: string;
  readonly key: string;
}

/** `undefined` when there is none: plain HTTP. */
export function readTls(section: Section): TlsSettings | undefined {
  if (section.text('root_ca') !== undefined) section.warn('root_ca', 'has no effect, as in Clair');
  const cert = section.text('cert');
  const key = section.text('key');
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert !== undefined) section.fault('key', 'is missing: cert needs its key');
  if (key !== undefined) section.fault('cert', 'is missing: key needs its certificate');
  return undefined;
}
