// Asks Docker's credential helpers, programs that keep credentials in a keychain or fetch them from a cloud.
import { spawn } from 'node:child_process';
import { ImageError } from '../image-error.ts';
import { JsonDocument } from '../json-document.ts';
import type { Credentials } from './credentials.ts';

/** A cloud's helper asks its service; a keychain may ask the user. */
const TIMEOUT_MS = 30_000;

/** A secret of a cloud is some kilobytes. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** Becomes a part of the name of a program, so it must not be a path. */
const NAME = /^[\w.-]+$/;

/** By this user name a helper says that the secret is an identity token. */
const TOKEN_USER = '<token>';

/** What all helpers say, on standard output, when they have nothing. */
const NOTHING = /credentials not found in native keychain|no credentials (?:server url|username)/i;

/** `undefined` when the helper has none for the registry. Throws ImageError `BAD_CONFIGURATION`. */
export async function askHelper(
  name: string,
  server: string,
  namedBy: string,
  environment: NodeJS.ProcessEnv,
): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`;
  if (!NAME.test(name)) throw failure(namedBy, program, 'has no name of a program');
  const { code, output } = await run(program, server, namedBy, environment);
  if (code !== 0) {
    if (NOTHING.test(output)) return undefined;
    throw failure(namedBy, program, `failed for ${server} with code ${code}; try "${program} get" by hand`);
  }
  let answer: JsonDocument;
  try {
    answer = JsonDocument.parse(Buffer.from(output), `the answer of ${program}`);
  } catch {
    throw failure(namedBy, program, 'answers in a form that cannot be read');
  }
  const secret = answer.text('Secret');
  const username = answer.text('Username');
  if (secret === undefined || username === undefined) return undefined;
  return username === TOKEN_USER
    ? { kind: 'identity-token', token: secret, from: program }
    : { kind: 'password', username, password: secret, from: program };
}

function run(
  program: string,
  server: string,
  namedBy: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    // No shell; what it writes to standard error may hold secrets and is not passed on.
    const child = spawn(program, ['get'], { stdio: ['pipe', 'pipe', 'ignore'], env: environment });
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(failure(namedBy, program, `gave no answer within ${TIMEOUT_MS / 1000} seconds`));
    }, TIMEOUT_MS);
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const problem =
        error.code === 'ENOENT' ? 'is not installed (not in PATH)' : `cannot be run: ${error.code}`;
      reject(failure(namedBy, program, problem));
    });
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_ANSWER_BYTES) chunks.push(chunk);
      else child.kill('SIGKILL');
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output: Buffer.concat(chunks).toString('utf8') });
    });
    // A helper that does not read its input has its reasons.
    child.stdin.on('error', () => undefined);
    child.stdin.end(server);
  });
}

function failure(namedBy: string, program: string, problem: string): ImageError {
  return new ImageError(
    'BAD_CONFIGURATION',
    `the credential helper ${program}, named by ${namedBy}, ${problem}`,
  );
}
