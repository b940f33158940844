import { writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startApi, talk } from '../../test/builders/api-server.ts';
import { makeCertificate } from '../../test/builders/certificates.ts';
import { temporaryDirectory } from '../../test/builders/temporary-directory.ts';
import { readCertificate } from './certificate.ts';

async function write(files: Record<string, string>): Promise<(name: string) => string> {
  const folder = temporaryDirectory();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return (name) => join(folder, name);
}

test('the API speaks TLS with the certificate of the configuration, and nothing else then', async () => {
  const { ca, certificate, key } = makeCertificate();
  const path = await write({ cert: certificate, key });
  const tls = await readCertificate({ cert: path('cert'), key: path('key') });
  const port = await startApi({ routes: [], server: { maxHeaderBytes: 16_384, tls } });
  const status = await new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, ca, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject);
  });
  expect(status).toBe(404);
  expect(await talk(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).not.toContain('HTTP/1.1 404');
});

test('a certificate that cannot be used is told in a sentence, without the key', async () => {
  const { certificate, key } = makeCertificate();
  const other = makeCertificate();
  const path = await write({ cert: certificate, key, other: other.key, junk: 'SECRET' });
  const read = (cert: string, keyFile: string) => readCertificate({ cert: path(cert), key: path(keyFile) });
  await expect(read('none', 'key')).rejects.toThrow(
    `${path('none')} (tls.cert) cannot be read: there is no such file`,
  );
  for (const [cert, keyFile] of [
    ['cert', 'other'],
    ['cert', 'junk'],
    ['junk', 'key'],
  ] as const) {
    await expect(read(cert, keyFile)).rejects.toMatchObject({
      code: 'CERTIFICATE',
      message: expect.stringContaining('they must be a certificate and its key in PEM'),
    });
  }
  await expect(read('cert', 'junk')).rejects.not.toThrow('SECRET');
});
