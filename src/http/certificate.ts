// The certificate that the API shows, and its key.
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { HttpError } from './http-error.ts';

export interface Certificate {
  /** In PEM: the certificate and those that lead to its authority. */
  readonly cert: Buffer;
  /** In PEM. A secret. */
  readonly key: Buffer;
}

/** `paths` are those of the configuration. Throws HttpError `CERTIFICATE`. */
export async function readCertificate(paths: { cert: string; key: string }): Promise<Certificate> {
  const cert = await readPem(paths.cert, 'tls.cert');
  const key = await readPem(paths.key, 'tls.key');
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'they are no PEM';
    throw new HttpError(
      'CERTIFICATE',
      `${paths.cert} (tls.cert) and ${paths.key} (tls.key) cannot be used: ${reason}; they must be a certificate and its key in PEM`,
      { cause: error },
    );
  }
  return { cert, key };
}

async function readPem(path: string, key: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new HttpError('CERTIFICATE', `${path} (${key}) cannot be read: ${reason}`, { cause: error });
  }
}
