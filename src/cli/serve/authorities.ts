// Authorities that the service trusts beside Node's own.

import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CommandError } from '../command-error.ts';

/** The PEM text of `clearstory.ca_file`. Throws CommandError. */
export async function readAuthorities(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    const text = await readFile(path, 'utf8');
    // It throws for what is no certificate; without this, every connection would fail, and say something else.
    new X509Certificate(text);
    return text;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : message;
    throw new CommandError('BAD_OPTION', `${path} (clearstory.ca_file) cannot be used: ${reason}`, {
      cause: error,
    });
  }
}
