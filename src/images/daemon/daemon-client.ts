// Asks the daemon of Docker or Podman for an image, as an archive of `docker save`.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { fileFailure, ImageError } from '../image-error.ts';
import type { DaemonAddress, Engine } from './daemon-address.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/** The daemon packs the archive before it answers; a Windows image of twenty gigabytes keeps a disk busy for minutes. */
const ANSWER_TIMEOUT_MS = 15 * 60_000;

/** The archive is ready by then; what is silent for so long has died. */
const SILENCE_TIMEOUT_MS = 2 * 60_000;

/** Characters of the daemon's own words that are shown. */
const MAX_SHOWN = 300;

/** Bytes of an answer that is no archive; daemons send a line, and what else may answer there is not read to its end. */
const MAX_REFUSAL_BYTES = 64 * 1024;

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
  if (/^\.{0,2}$/.test(reference)) {
    throw new ImageError('NOT_FOUND', `"${engine}:${reference}" names no image; write ${engine}:NAME:TAG`);
  }
  const agent = await connectTo(address);
  try {
    // The name is one part of the path for Docker, slashes and all; Podman unescapes it.
    const url = new URL(`/images/${encodeURIComponent(reference)}/get`, address.origin);
    const answer = await request(url, { dispatcher: agent, ...(signal && { signal }) });
    if (answer.statusCode !== 200) {
      throw refusal(engine, reference, answer.statusCode, await startOf(answer.body));
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
  return new Agent({
    connect: {
      timeout: CONNECT_TIMEOUT_MS,
      ...(socketPath !== undefined && { socketPath }),
      ...(certificates !== undefined && (await readCertificates(certificates))),
    },
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: SILENCE_TIMEOUT_MS,
  });
}

/** Only a daemon that asks its clients for certificates makes it necessary to have one. */
async function readCertificates(folder: string): Promise<{ ca: string; cert?: string; key?: string }> {
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  try {
    const ca = await read('ca.pem');
    if (!existsSync(join(folder, 'cert.pem'))) return { ca };
    return { ca, cert: await read('cert.pem'), key: await read('key.pem') };
  } catch (error) {
    throw fileFailure((error as NodeJS.ErrnoException).path ?? folder, error);
  }
}

async function startOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes >= MAX_REFUSAL_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, MAX_REFUSAL_BYTES);
}

function refusal(engine: Engine, reference: string, status: number, body: string): ImageError {
  const said = messageOf(body);
  if (status === 404 && said !== undefined) {
    return new ImageError(
      'NOT_FOUND',
      `${engine} has no image ${reference}; pull it first (${engine} pull --platform windows/amd64 ${reference}), or scan it from its registry by leaving out "${engine}:"`,
    );
  }
  const words = said === undefined ? `; is it ${engine} that answers?` : `: ${said}`;
  return new ImageError('UNREADABLE', `${engine} does not give ${reference}: HTTP ${status}${words}`);
}

/** The daemon's own words, from `{"message": …}`. `undefined`: a page of somebody else's. */
function messageOf(body: string): string | undefined {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    return typeof message === 'string' ? message.replace(/\p{Cc}+/gu, ' ').slice(0, MAX_SHOWN) : undefined;
  } catch {
    return undefined;
  }
}

function connectionFailure(engine: Engine, address: DaemonAddress, error: unknown): ImageError {
  const problem = problemOf(engine, address, error as NodeJS.ErrnoException);
  return new ImageError('UNREADABLE', `${engine}: ${problem}`, { cause: error });
}

function problemOf(
  engine: Engine,
  { shown, socketPath }: DaemonAddress,
  { code, message }: NodeJS.ErrnoException,
): string {
  const isOwn = engine === 'podman' && socketPath !== '/run/podman/podman.sock';
  const start = `systemctl ${isOwn ? '--user ' : ''}start ${engine}${engine === 'podman' ? '.socket' : ''}`;
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return `nobody listens at ${shown}; start it (${start}), or name its address by ${engine === 'docker' ? 'DOCKER_HOST' : 'CONTAINER_HOST'}`;
    case 'EACCES':
    case 'EPERM':
      return engine === 'docker'
        ? `${shown} may not be opened; add your user to the group docker and log in again, or run as root`
        : `${shown} may not be opened; use a service of your own (systemctl --user start podman.socket), or run as root`;
    case 'UND_ERR_CONNECT_TIMEOUT':
      return `${shown} cannot be reached within ${CONNECT_TIMEOUT_MS / 1000} seconds; is the address right?`;
    case 'UND_ERR_HEADERS_TIMEOUT':
      return `${shown} has not begun to answer within ${ANSWER_TIMEOUT_MS / 60_000} minutes; restart the daemon, or save the image to a file and scan that by docker-archive:`;
    case 'UND_ERR_BODY_TIMEOUT':
      return `${shown} broke off: nothing came for ${SILENCE_TIMEOUT_MS / 60_000} minutes; try again`;
    case 'UND_ERR_SOCKET':
    case 'ECONNRESET':
    case 'EPIPE':
      return `${shown} broke off: ${message}; the daemon's log may say why`;
    default:
      return `${shown} cannot be used: ${message || code}`;
  }
}
