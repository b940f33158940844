// Credentials for registries, from where Docker and Podman keep them.
import { type AuthFile, authFilesOf, readAuthFile } from './auth-files.ts';
import { askHelper } from './credential-helper.ts';

/** A password, or an identity token that a token service exchanges for access (OAuth2 refresh token). */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string; readonly from: string }
  | { readonly kind: 'identity-token'; readonly token: string; readonly from: string }
  /** Sent as it is: an access token that somebody fetched before. */
  | { readonly kind: 'bearer'; readonly token: string; readonly from: string };

export interface GivenCredentials {
  /** The only registry they are for. */
  readonly registry: string;
  readonly username: string;
  readonly password: string;
}

/** What the user gave for one registry, then `REGISTRY_AUTH_FILE` or Podman's files, then Docker's. */
export class CredentialStore {
  readonly #given: GivenCredentials | undefined;
  readonly #environment: NodeJS.ProcessEnv;
  #files: Promise<readonly AuthFile[]> | undefined;

  constructor(environment: NodeJS.ProcessEnv, given?: GivenCredentials) {
    this.#environment = environment;
    this.#given = given;
  }

  /** `undefined`: anonymous. Throws ImageError `BAD_CONFIGURATION`. */
  async find(registry: string, repository: string): Promise<Credentials | undefined> {
    if (this.#given?.registry === registry) {
      const { username, password } = this.#given;
      return { kind: 'password', username, password, from: 'the command line' };
    }
    this.#files ??= Promise.all(authFilesOf(this.#environment).map(readAuthFile));
    for (const file of await this.#files) {
      const found = await findIn(file, registry, repository, this.#environment);
      if (found) return found;
    }
    return undefined;
  }
}

/** The most specific key wins; a helper for the registry comes before the file, the general store after. */
async function findIn(
  file: AuthFile,
  registry: string,
  repository: string,
  environment: NodeJS.ProcessEnv,
): Promise<Credentials | undefined> {
  const servers = serverNames(registry);
  const helper = servers.map((name) => file.helpers.get(name)).find((name) => name !== undefined);
  if (helper !== undefined) return askHelper(helper, servers[0]!, file.path, environment);
  const keys = [...namespaces(`${registry}/${repository}`), ...servers];
  for (const key of keys) {
    const entry = file.entries.get(key);
    if (entry) return entry;
  }
  if (file.store === undefined) return undefined;
  for (const server of servers) {
    const found = await askHelper(file.store, server, file.path, environment);
    if (found) return found;
  }
  return undefined;
}

/** `quay.io/org/app`, `quay.io/org`, `quay.io`: containers-auth.json(5). */
function namespaces(name: string): string[] {
  const parts = name.split('/');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
}

/** The names one registry goes by in Docker's file; Docker Hub has kept that of its first API. */
function serverNames(registry: string): string[] {
  return registry === 'docker.io'
    ? ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io']
    : [registry];
}
