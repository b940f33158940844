// `clearstory ctl delete`: has a service forget manifests.
import { CommandError } from '../command-error.ts';
import { EXIT_OK } from '../exit-codes.ts';
import { CtlError } from './ctl-error.ts';
import { openService, type ServiceOptions } from './open-service.ts';

const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/i;

/** Prints those that were there. Throws CommandError, CtlError. */
export async function deleteCommand(digests: readonly string[], options: ServiceOptions): Promise<number> {
  const wrong = digests.find((digest) => !DIGEST.test(digest));
  if (wrong !== undefined) {
    throw new CommandError(
      'BAD_OPTION',
      `${JSON.stringify(wrong)} is no digest of a manifest, such as sha256:…`,
    );
  }
  const client = await openService(options, process.env);
  try {
    const path = 'indexer/api/v1/index_report';
    const answer = await client.send({ method: 'DELETE', path, body: digests, accept: [200] });
    const deleted = parse(answer.text);
    for (const digest of deleted) process.stdout.write(`${digest}\n`);
    if (!options.quiet) process.stderr.write(`${deleted.length} of ${digests.length} were there\n`);
    return EXIT_OK;
  } finally {
    await client.close();
  }
}

/** Clair answers null when there was none. */
function parse(text: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(text) ?? [];
    if (Array.isArray(value) && value.every((each) => typeof each === 'string' && DIGEST.test(each)))
      return value;
  } catch {
    // As good as another answer that is no list.
  }
  throw new CtlError(
    'BAD_ANSWER',
    'the service does not say what it deleted; is there a Clair at the address of --host?',
  );
}
