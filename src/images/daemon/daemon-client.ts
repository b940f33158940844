// Asks the daemon of Docker or Podman for an image, as an archive of `docker save`.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { fileFailure, ImageError } from '../image-error.ts';
import type { DaemonAddress, Engine } from './daemon-address.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/** The daemon packs the archive before it answers; a Windows image of twenty gigabytes keeps a disk busy for minutes. */
const ANSWER_TIMEOUT_MS = 15 * 60_000;

/** Between two pieces there is at most one large file to be read. */
const SILENCE_TIMEOUT_MS = 2 * 60_000;

/** What of the daemon's own words is shown. */
const MAX_SHOWN = 300;

/**
 * The archive, in pieces. Throws ImageError `NOT_FOUND` when the daemon has no such image, otherwise `UNREADABLE`; the
 * abort reason passes through.
 */
export async function* exportImage(
  engine: Engine,
  address: DaemonAddress,
  reference: string,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const agent = await connectTo(address);
  try {
    // The name is one part of the path for Docker, slashes and all; Podman unescapes it.
    const url = new URL(`/images/${encodeURIComponent(reference)}/get`, address.origin);
    const answer = await request(url, { dispatcher: agent, ...(signal && { signal }) });
    if (answer.statusCode !== 200) {
      throw refusal(engine, reference, answer.statusCode, (await answer.body.text()).slice(0, 64 * 1024));
    }
    for await (const chunk of answer.body) yield chunk as Buffer;
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof ImageError ? error : connectionFailure(engine, address, error);
  } finally {
    await agent.destroy();
  }
}

async function connectTo({ socketPath, certificates }: DaemonAddress): Promise<Agent> {
  const read = (name: string): Promise<string> => {
    const path = join(certificates!, name);
    return readFile(path, 'utf8').catch((error: unknown) => {
      throw fileFailure(path, error);
    });
  };
  const tls = certificates
    ? { ca: await read('ca.pem'), cert: await read('cert.pem'), key: await read('key.pem') }
    : {};
  return new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS, ...(socketPath !== undefined && { socketPath }), ...tls },
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: SILENCE_TIMEOUT_MS,
  });
}

function refusal(engine: Engine, reference: string, status: number, body: string): ImageError {
  const said = messageOf(body);
  if (status === 404) {
    return new ImageError(
      'NOT_FOUND',
      `${engine} has no image ${reference}; pull it first, or scan it from its registry by leaving out "${engine}:"`,
    );
  }
  return new ImageError('UNREADABLE', `${engine} does not give ${reference}: HTTP ${status}${said}`);
}

/** The daemon's own words, from `{"message": …}`; anything else is a page of somebody else's. */
function messageOf(body: string): string {
  try {
    const { message, cause } = JSON.parse(body) as { message?: unknown; cause?: unknown };
    const words = [message, cause].find((each) => typeof each === 'string' && each !== '');
    return words === undefined ? '' : `: ${String(words).slice(0, MAX_SHOWN)}`;
  } catch {
    return '; is it the daemon that answers?';
  }
}

function connectionFailure(engine: Engine, { shown }: DaemonAddress, error: unknown): ImageError {
  const { code, message } = error as NodeJS.ErrnoException;
  const start = engine === 'docker' ? 'start Docker' : 'start it: systemctl start podman.socket';
  const variable = engine === 'docker' ? 'DOCKER_HOST' : 'CONTAINER_HOST';
  const problem =
    code === 'ENOENT' || code === 'ECONNREFUSED'
      ? `nobody listens at ${shown}; ${start}, or name its address by ${variable}`
      : code === 'EACCES' || code === 'EPERM'
        ? `${shown} may not be opened; run as a user who may, such as a member of the group ${engine}`
        : `${shown} broke off: ${message || code}`;
  return new ImageError('UNREADABLE', `${engine}: ${problem}`, { cause: error });
}
