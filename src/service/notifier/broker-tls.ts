// The certificates that a broker is met with, read anew for each connection: they are renewed without a restart.
import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import type { ClientTls } from '../configuration/client-tls.ts';
import { DeliveryError } from './delivery-error.ts';

export interface BrokerTls {
  readonly ca?: string[];
  readonly cert?: string;
  readonly key?: string;
}

/** `section`: the configuration's name of what `tls` is part of, for messages. Throws DeliveryError SETTINGS. */
export async function brokerTls(tls: ClientTls | undefined, section: string): Promise<BrokerTls> {
  const read = async (name: string, path: string): Promise<string> => {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      const message = `${section}.tls.${name}: ${path} cannot be read; check the path and its rights`;
      throw new DeliveryError('SETTINGS', message, { cause: error });
    }
  };
  return {
    ...(tls?.rootCa !== undefined && { ca: [...rootCertificates, await read('root_ca', tls.rootCa)] }),
    ...(tls?.cert !== undefined && { cert: await read('cert', tls.cert) }),
    ...(tls?.key !== undefined && { key: await read('key', tls.key) }),
  };
}
