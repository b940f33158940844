// The `tls` section of a broker or collector: whom to trust, and who we are.
import type { Section } from './section.ts';

/** Paths of PEM files. */
export interface ClientTls {
  readonly rootCa: string | undefined;
  /** Certificate and key: both or neither. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** `undefined` when the section is absent. `name` is that of the section in `parent`. */
export function readClientTls(parent: Section, name: string): ClientTls | undefined {
  if (!parent.has(name)) return undefined;
  const section = parent.section(name);
  const rootCa = section.text('root_ca');
  const cert = section.text('cert');
  const key = section.text('key');
  if (cert !== undefined && key === undefined) section.fault('key', 'is missing: cert needs its key');
  if (cert === undefined && key !== undefined) section.fault('cert', 'is missing: key needs its certificate');
  return { rootCa, cert, key };
}
