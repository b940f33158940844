// Everything that decides which findings of a scan count: files, variables and flags, brought together once.

import { readFile } from 'node:fs/promises';
import type { ThreatFeedName } from '../../advisories/threats/threat-feed.ts';
import { fileReason } from '../../base/file-reason.ts';
import { printable } from '../../base/printable.ts';
import { readVex } from '../../formats/vex/read-vex.ts';
import { applyPolicy, type Policy, type PolicySubject } from '../../matching/policy/apply-policy.ts';
import type { Finding } from '../../model/finding.ts';
import type { VexStatement } from '../../model/policy.ts';
import type { HiddenFindings, Report, SuppressedFinding } from '../../model/report.ts';
import { CommandError } from '../command-error.ts';
import { applyFilters, type Filter, type FilterOptions, parseFilters } from './filters.ts';
import { type GateCondition, parseGate } from './gate.ts';
import type { PolicyFile } from './policy-file.ts';
import { readIgnoreFile } from './trivyignore.ts';

export interface PolicyOptions extends FilterOptions {
  readonly config?: string;
  readonly failOn?: string;
  readonly ignorefile?: string;
  readonly vex: readonly string[];
}

export interface Judged {
  readonly findings: readonly Finding[];
  readonly suppressed: readonly SuppressedFinding[];
  readonly hidden: readonly HiddenFindings[];
}

/** What the file says where neither a flag nor a variable does. `isGiven` tells whether one of them does. */
export function withPolicyFile<T extends object>(
  options: T,
  file: PolicyFile | undefined,
  isGiven: (name: string) => boolean,
): T {
  if (!file) return options;
  const said = Object.entries(file).filter(([name]) => name !== 'rules' && !isGiven(name));
  return { ...options, ...Object.fromEntries(said) };
}

export class ScanPolicy {
  readonly #policy: Policy;
  readonly #filters: readonly Filter[];
  readonly #gate: readonly GateCondition[];
  readonly #warned = new Set<string>();

  constructor(policy: Policy, filters: readonly Filter[], gate: readonly GateCondition[]) {
    this.#policy = policy;
    this.#filters = filters;
    this.#gate = gate;
  }

  judge(findings: readonly Finding[], subject: PolicySubject): Judged {
    const { findings: left, suppressed, expired } = applyPolicy(findings, this.#policy, subject);
    for (const { source, until } of expired)
      this.#warn(`${source}: the rule ended on ${until}; what it ignored counts again`);
    return { suppressed, ...applyFilters(left, this.#filters) };
  }

  /** What the gate cannot do without, and the word that asks for it. */
  get needs(): readonly { readonly feed: ThreatFeedName; readonly word: string }[] {
    return this.#gate.flatMap(({ needs: feed, word }) => (feed ? [{ feed, word }] : []));
  }

  /** Whether the report trips the gate; says why on standard error. */
  isTripped(report: Report): boolean {
    const met = this.#gate.flatMap(({ word, met: how }) => {
      const what = how(report);
      return what === undefined ? [] : [`${report.image.target}: ${what} (--fail-on ${word})`];
    });
    for (const message of met) process.stderr.write(`clearstory: ${message}\n`);
    return met.length > 0;
  }

  #warn(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    process.stderr.write(`warning: ${message}\n`);
  }
}

/** Throws CommandError, ConfigurationError, VexError: whatever is wrong is said before anything is scanned. */
export async function loadScanPolicy(
  options: PolicyOptions,
  file: PolicyFile | undefined,
): Promise<ScanPolicy> {
  const ignored = await readIgnoreFile(options.ignorefile);
  const statements = await Promise.all(options.vex.map(readVexFile));
  const policy = { rules: [...(file?.rules ?? []), ...ignored], statements: statements.flat() };
  return new ScanPolicy(policy, parseFilters(options), parseGate(options.failOn));
}

async function readVexFile(path: string): Promise<readonly VexStatement[]> {
  const statements = readVex(await readText(path), path);
  const idle = statements.filter(({ verdict, products }) => verdict !== 'open' && products.length === 0);
  if (idle.length > 0) {
    const names = [...new Set(idle.map(({ id }) => id))].slice(0, 3).join(', ');
    process.stderr.write(
      `warning: ${path}: ${idle.length} of ${statements.length} statements (${printable(names)}) name no product ` +
        'that can be told from others, and set nothing aside\n',
    );
  }
  return statements;
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError('BAD_INPUT', `${path}: cannot be read: ${fileReason(error)}`, { cause: error });
  });
}
