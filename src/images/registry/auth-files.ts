// Reads the files in which `docker login` and `podman login` leave credentials.

import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileReason } from '../../base/file-reason.ts';
import { ImageError } from '../image-error.ts';
import { JsonDocument } from '../json-document.ts';
import type { Credentials } from './credentials.ts';

export interface AuthFile {
  readonly path: string;
  /** By registry, or by registry and namespace. */
  readonly entries: ReadonlyMap<string, Credentials>;
  /** Names of helpers by registry. */
  readonly helpers: ReadonlyMap<string, string>;
  /** The helper for all other registries. */
  readonly store: string | undefined;
}

interface Place {
  readonly path: string;
  /** The user named it, so it must be there. */
  readonly isNamed: boolean;
}

/** First come, first served: containers-auth.json(5), then Docker's. */
export function authFilesOf(environment: NodeJS.ProcessEnv): Place[] {
  const home = environment.HOME || homedir();
  const named = environment.REGISTRY_AUTH_FILE;
  if (named) return [{ path: named, isNamed: true }];
  const config = environment.XDG_CONFIG_HOME || join(home, '.config');
  const docker = environment.DOCKER_CONFIG || join(home, '.docker');
  return [
    ...(environment.XDG_RUNTIME_DIR ? [join(environment.XDG_RUNTIME_DIR, 'containers/auth.json')] : []),
    join(config, 'containers/auth.json'),
    join(docker, 'config.json'),
  ].map((path) => ({ path, isNamed: false }));
}

/** Throws ImageError `BAD_CONFIGURATION`; never with what the file holds. */
export async function readAuthFile({ path, isNamed }: Place): Promise<AuthFile> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (!isNamed && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    const named = isNamed ? ' (REGISTRY_AUTH_FILE)' : '';
    throw new ImageError('BAD_CONFIGURATION', `${path}${named} cannot be read: ${fileReason(error)}`);
  });
  if (bytes === undefined || bytes.length === 0) {
    return { path, entries: new Map(), helpers: new Map(), store: undefined };
  }
  try {
    const document = JsonDocument.parse(bytes, path);
    return {
      path,
      entries: readEntries(document.object('auths'), path),
      helpers: document.object('credHelpers')?.stringMembers() ?? new Map(),
      store: document.text('credsStore'),
    };
  } catch (error) {
    if (!(error instanceof ImageError) || error.code === 'BAD_CONFIGURATION') throw error;
    throw new ImageError('BAD_CONFIGURATION', `${error.message}; log in again, or mend the file`);
  }
}

function readEntries(auths: JsonDocument | undefined, path: string): Map<string, Credentials> {
  const entries = new Map<string, Credentials>();
  for (const key of auths?.keys() ?? []) {
    const entry = auths?.object(key);
    const credentials = entry && readEntry(entry, path);
    if (!credentials) continue;
    entries.set(key, credentials);
    // Older clients stored `https://quay.io` or `https://quay.io/v1/` for what others call `quay.io`.
    const bare = /^https?:\/\/([^/]+)(?:\/v[12])?\/?$/.exec(key)?.[1];
    if (bare !== undefined && !entries.has(bare)) entries.set(bare, credentials);
  }
  return entries;
}

/** An entry without content says that a helper has the credentials. */
function readEntry(entry: JsonDocument, from: string): Credentials | undefined {
  const identityToken = entry.text('identitytoken');
  if (identityToken !== undefined) return { kind: 'identity-token', token: identityToken, from };
  const registryToken = entry.text('registrytoken');
  if (registryToken !== undefined) return { kind: 'bearer', token: registryToken, from };
  const encoded = entry.text('auth');
  if (encoded !== undefined) return { kind: 'password', ...decodeBasic(encoded, from), from };
  const username = entry.text('username');
  const password = entry.text('password');
  if (username === undefined || password === undefined) return undefined;
  return { kind: 'password', username, password, from };
}

/** Reads `user:password` in Base64. What it holds stays out of the message. */
function decodeBasic(encoded: string, where: string): { username: string; password: string } {
  const text = Buffer.from(encoded, 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = text.indexOf(':');
  if (colon <= 0) {
    throw new ImageError('BAD_CONFIGURATION', `${where} holds credentials that cannot be read; log in again`);
  }
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
