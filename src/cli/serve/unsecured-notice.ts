// What somebody who runs the service without a key is told: who can reach it, and how to change that.
import type { Configuration } from '../../service/configuration/configuration.ts';
import { isLoopback } from './loopback.ts';

/** Text for standard error; `''` when there is nothing to say. */
export function unsecuredNotice({ file, auth, httpListenAddress, clearstory }: Configuration): string {
  if (auth !== undefined) return '';
  const { host, port } = httpListenAddress;
  if (file !== undefined) {
    return isLoopback(host)
      ? ''
      : `clearstory: ${host ?? 'every address'} of this machine is listened on at port ${port}, and there is no auth.psk: whoever reaches it can use it\n`;
  }
  return `clearstory: no configuration, so this serves 127.0.0.1:${port} alone, without tokens, from ${clearstory.dataFolder}.
To let Quay in, make a key with "openssl rand -base64 32" and write a config.yaml:

  http_listen_addr: ":${port}"
  auth:
    psk:
      key: "<the key>"
      iss: ["quay", "clairctl"]

Run "clearstory serve --config config.yaml", and give Quay the same key:

  FEATURE_SECURITY_SCANNER: true
  SECURITY_SCANNER_V4_ENDPOINT: http://<this host>:${port}
  SECURITY_SCANNER_V4_PSK: "<the key>"

`;
}
