// Makes throwaway certificates for servers on this machine, by the `openssl` command.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** All PEM. */
export interface ServerCertificate {
  /** The authority that clients have to trust. */
  ca: string;
  certificate: string;
  key: string;
}

// The system's own configuration is left aside: what it adds differs between distributions.
const CONFIGURATION = `
[req]
prompt = no
distinguished_name = name
[name]
CN = clearstory test
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
authorityKeyIdentifier = keyid
`;

/** A new authority and its certificate for localhost and 127.0.0.1, valid for a day. Needs `openssl` 3. */
export function makeCertificate(): ServerCertificate {
  const directory = mkdtempSync(join(tmpdir(), 'clearstory-test-'));
  try {
    writeFileSync(join(directory, 'openssl.cnf'), CONFIGURATION);
    issue(directory, 'authority', '/CN=clearstory test authority');
    issue(directory, 'server', '/CN=localhost', ['-CA', 'authority.pem', '-CAkey', 'authority.key']);
    const read = (name: string) => readFileSync(join(directory, name), 'utf8');
    return { ca: read('authority.pem'), certificate: read('server.pem'), key: read('server.key') };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function issue(directory: string, name: string, subject: string, issuer: readonly string[] = []): void {
  const request = ['req', '-x509', '-config', 'openssl.cnf', '-extensions', name, '-subj', subject];
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];
  const output = ['-days', '1', '-keyout', `${name}.key`, '-out', `${name}.pem`];
  execFileSync('openssl', [...request, ...newKey, ...output, ...issuer], { cwd: directory, stdio: 'pipe' });
}
