// Reads a report that `-o json` wrote: of this schema version, and whole.

import { open } from 'node:fs/promises';
import { fileReason } from '../base/file-reason.ts';
import { type JsonPath, parseJson, placeOf } from '../base/json-text.ts';
import type { Finding } from '../model/finding.ts';
import { REPORT_SCHEMA_VERSION, type Report } from '../model/report.ts';
import { CommandError } from './command-error.ts';
import { firstFaultOf } from './report-schema.ts';

/** A report of 5,000 findings and as many packages has some 10 MB; a hundred times that is something else. */
const MAX_BYTES = 512 * 1024 * 1024;

/** `-` is standard input. Throws CommandError BAD_INPUT. */
export async function readSavedReport(path: string): Promise<Report> {
  const where = path === '-' ? 'standard input' : path;
  const text = await readText(path, where);
  const value = parsed(text, where);
  if (typeof value !== 'object' || value === null) throw bad(where, 'is no report');
  const report = value as Record<string, unknown>;
  if (Array.isArray(report.reports)) {
    throw bad(
      where,
      'holds the reports of several images; convert takes one, as "clearstory scan IMAGE -o json" writes it',
    );
  }
  if (report.schemaVersion !== REPORT_SCHEMA_VERSION) {
    const found = report.schemaVersion === undefined ? 'none' : JSON.stringify(report.schemaVersion);
    throw bad(
      where,
      `has schema version ${found}, this program reads ${REPORT_SCHEMA_VERSION}; scan the image again`,
    );
  }
  const fault = await firstFaultOf(report);
  if (fault?.path.length === 1 && fault.what === 'is missing') {
    throw bad(
      where,
      `lacks "${fault.path[0]}", as a report of an older version or one that was cut; scan the image again`,
    );
  }
  if (fault) {
    throw bad(`${where}:${placeOf(text, fault.path)}:`, `${formatPath(fault.path)} ${fault.what}`);
  }
  return completed(report as unknown as Report);
}

/** What came into the format later, with the value for "not asked". */
function completed(report: Report): Report {
  const later = (finding: Finding): Finding => ({
    ...finding,
    kev: finding.kev ?? null,
    epss: finding.epss ?? null,
  });
  const { suppressed, hidden, advice } = report;
  const isAside = suppressed.length + hidden.length > 0;
  return {
    ...report,
    advice: isAside ? { aside: { suppressed: suppressed.length, hidden }, ...advice } : advice,
    findings: report.findings.map(later),
    suppressed: suppressed.map((each) => ({ ...each, finding: later(each.finding) })),
    advisories: {
      ...report.advisories,
      kevFetchedAt: report.advisories.kevFetchedAt ?? null,
      epssFetchedAt: report.advisories.epssFetchedAt ?? null,
    },
  };
}

/** `findings[3].severity` */
function formatPath(path: JsonPath): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${part}`))
    .join('');
}

function parsed(text: string, where: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw bad(where, `is not JSON: ${(error as Error).message}`);
  }
}

async function readText(path: string, where: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    const source = path === '-' ? process.stdin : (await open(path)).createReadStream();
    for await (const chunk of source as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_BYTES) throw bad(where, 'is over 512 MiB, which no report is');
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError('BAD_INPUT', `${where}: cannot be read: ${fileReason(error)}`, {
      cause: error,
    });
  }
  return Buffer.concat(chunks).toString('utf8');
}

function bad(where: string, what: string): CommandError {
  return new CommandError('BAD_INPUT', `${where} ${what}`);
}
