// The options of the command line that say how registries are reached.

import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { fileReason } from '../base/file-reason.ts';
import { AddressPolicy } from '../images/network/address-policy.ts';
import { HttpClient } from '../images/network/http-client.ts';
import { CredentialStore, type GivenCredentials } from '../images/registry/credentials.ts';
import { Mirrors, parseMirror } from '../images/registry/mirrors.ts';
import { parseReference } from '../images/registry/reference.ts';
import { Registries } from '../images/registry/registries.ts';
import { readRegistriesConf } from '../images/registry/registries-conf.ts';
import { CommandError } from './command-error.ts';

export interface NetworkOptions {
  readonly username?: string;
  /** By the environment only: what stands on a command line every user of the machine can read. */
  readonly password?: string;
  readonly passwordStdin?: boolean;
  readonly cacert?: string;
  readonly insecure?: boolean;
  readonly mirror: readonly string[];
  readonly registriesConf?: string;
  readonly foreignHost: readonly string[];
  readonly allowAddress: readonly string[];
}

/** A password is a line; whoever pipes a file into it has mistaken the option. */
const MAX_PASSWORD_BYTES = 64 * 1024;

/** `targets` are those that the credentials are for. Throws CommandError, ImageError. */
export async function makeRegistries(
  options: NetworkOptions,
  targets: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<Registries> {
  const configured = await readRegistriesConf(options.registriesConf, environment);
  const ca = options.cacert === undefined ? undefined : await readAuthority(options.cacert);
  const given = await givenCredentials(options, targets);
  return new Registries({
    http: new HttpClient({
      policy: new AddressPolicy(options.allowAddress),
      ...(ca !== undefined && { ca }),
    }),
    credentials: new CredentialStore(environment, given),
    // What the command line says comes later and so replaces what files say.
    mirrors: new Mirrors([...configured, ...options.mirror.map(parseMirror)]),
    foreignHosts: options.foreignHost,
    insecure: options.insecure === true,
  });
}

async function givenCredentials(
  options: NetworkOptions,
  targets: readonly string[],
): Promise<GivenCredentials | undefined> {
  const { username } = options;
  if (username === undefined) {
    if (!options.passwordStdin) return undefined;
    throw new CommandError('BAD_OPTION', '--password-stdin needs --username');
  }
  if (options.passwordStdin && targets.includes('-')) {
    throw new CommandError(
      'BAD_OPTION',
      'targets and password cannot both come from standard input; use docker login',
    );
  }
  const password = options.passwordStdin ? await readPassword(process.stdin) : options.password;
  if (!password) {
    throw new CommandError(
      'BAD_OPTION',
      '--username needs --password-stdin, or CLEARSTORY_PASSWORD in the environment',
    );
  }
  return { registry: onlyRegistry(targets), username, password };
}

/** Credentials go to the one registry they are for: with several nobody could say which that is. */
function onlyRegistry(targets: readonly string[]): string {
  const registries = new Set(
    targets.map((target) => parseReference(target.replace(/^registry:/, '')).registry),
  );
  const [registry] = registries;
  if (registry !== undefined && registries.size === 1) return registry;
  throw new CommandError(
    'BAD_OPTION',
    '--username is for one registry, and the targets are of several; use docker login for each',
  );
}

async function readPassword(input: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    size += (chunk as Buffer).length;
    if (size > MAX_PASSWORD_BYTES)
      throw new CommandError('BAD_OPTION', 'standard input is no password: over 64 KiB');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}

/** The PEM text of a file of `--cacert`. Throws CommandError. */
export async function readAuthority(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError('BAD_OPTION', `--cacert ${path}: cannot be read: ${fileReason(error)}`);
  });
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new CommandError('BAD_OPTION', `--cacert ${path}: holds no certificate in PEM form`);
  }
  return text;
}
