// Trivy's plain ignore file: one ID a line, `#` comments, `exp:2026-12-31` for an end.

import { readFile } from 'node:fs/promises';
import { fileReason } from '../../base/file-reason.ts';
import type { IgnoreRule } from '../../model/policy.ts';
import { CommandError } from '../command-error.ts';
import { isDay } from './policy-file.ts';

const TRIVY_FILE = '.trivyignore';

/** IDs of Trivy's other scanners (`DS002`, `aws-access-key-id`) stand there as well, and are of nothing here. */
const LINE = /^(?<id>[A-Za-z][\w.:-]*)(?:\s+exp:(?<until>\S+))?$/;

/** Nothing when nobody named a file and there is none. Throws CommandError BAD_INPUT with line and column. */
export async function readIgnoreFile(named: string | undefined): Promise<readonly IgnoreRule[]> {
  const path = named ?? TRIVY_FILE;
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (named === undefined && error.code === 'ENOENT') return '';
    throw new CommandError('BAD_INPUT', `${path}: cannot be read: ${fileReason(error)}`, { cause: error });
  });
  return text.split(/\r?\n/).flatMap((line, index) => readLine(line, `${path}:${index + 1}`));
}

function readLine(line: string, place: string): IgnoreRule[] {
  const [content = '', ...comment] = line.split('#');
  const trimmed = content.trim();
  if (trimmed === '') return [];
  const groups = LINE.exec(trimmed)?.groups;
  if (!groups) {
    const column = line.search(/\S/) + 1;
    throw new CommandError(
      'BAD_INPUT',
      `${place}:${column}: is no ID such as CVE-2025-0001, with "exp:2026-12-31" behind it or without`,
    );
  }
  const { id = '', until } = groups;
  if (until !== undefined && !isDay(until)) {
    throw new CommandError(
      'BAD_INPUT',
      `${place}:${line.indexOf('exp:') + 1}: "exp:" needs a day, as in exp:2026-12-31`,
    );
  }
  const reason = comment.join('#').trim();
  return [{ id, source: place, ...(reason !== '' && { reason }), ...(until !== undefined && { until }) }];
}
