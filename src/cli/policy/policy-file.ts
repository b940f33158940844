// `.clearstory.yaml`: what a repository has decided about its scans, with the place of every mistake.

import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileReason } from '../../base/file-reason.ts';
import type { IgnoreRule } from '../../model/policy.ts';
import { WHERE_CLASSES } from '../../model/where.ts';
import { Findings } from '../../service/configuration/findings.ts';
import { isJsonObject, type JsonValue } from '../../service/configuration/json-value.ts';
import { parseFile } from '../../service/configuration/parse-file.ts';
import { formatPlace, type Places } from '../../service/configuration/places.ts';
import { Section } from '../../service/configuration/section.ts';
import { CommandError } from '../command-error.ts';
import { parseOutputs } from '../report-outputs.ts';
import { parseFilters } from './filters.ts';
import { parseGate } from './gate.ts';

const POLICY_FILE = '.clearstory.yaml';

/** Thousands of rules fit; more is another file. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Keys are the names of the options; absent means that the file does not say. */
export interface PolicyFile {
  readonly output?: readonly string[];
  readonly severity?: string;
  readonly where?: string;
  readonly failOn?: string;
  readonly ignoreUnfixed?: boolean;
  readonly guidance?: boolean;
  readonly infer?: boolean;
  /** As paths from the working directory. */
  readonly vex?: readonly string[];
  readonly ignorefile?: string;
  readonly rules: readonly IgnoreRule[];
}

/** `undefined`: nobody named a file and there is none. Throws ConfigurationError, CommandError. */
export async function readPolicyFile(named: string | undefined): Promise<PolicyFile | undefined> {
  const path = named ?? POLICY_FILE;
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (named === undefined && error.code === 'ENOENT') return undefined;
    throw new CommandError('BAD_INPUT', `${path}: cannot be read: ${fileReason(error)}`, { cause: error });
  });
  if (text === undefined) return undefined;
  if (text.length > MAX_BYTES) throw new CommandError('BAD_INPUT', `${path}: over 4 MiB, which no policy is`);
  const { value, places } = parseFile(text, path, 'yaml');
  const findings = new Findings(places);
  // A file of comments holds nothing.
  const keys = value ?? {};
  if (!isJsonObject(keys)) {
    throw new CommandError('BAD_INPUT', `${path}: must hold keys such as "fail-on" and "ignore"`);
  }
  const section = new Section(keys, [], findings);
  refuseEmpty(section, keys);
  const folder = dirname(path);
  const beside = (file: string): string => resolve(folder, file);
  const output = listed(section, 'output');
  const severity = words(section, 'severity');
  const where = words(section, 'where');
  const failOn = words(section, 'fail-on');
  const ignoreUnfixed = section.boolean('ignore-unfixed');
  const guidance = section.boolean('guidance');
  const infer = section.boolean('infer');
  const vex = listed(section, 'vex')?.map(beside);
  const ignorefile = section.text('ignorefile');
  const rules = readRules(section.raw('ignore'), findings, places);
  check(section, 'severity', () => parseFilters({ ...(severity !== undefined && { severity }) }));
  check(section, 'where', () => parseFilters({ ...(where !== undefined && { where }) }));
  check(section, 'fail-on', () => parseGate(failOn));
  check(section, 'output', () => parseOutputs(output ?? []));
  section.finish();
  findings.throwIfAny();
  return {
    rules,
    ...(output && { output }),
    ...(severity !== undefined && { severity }),
    ...(where !== undefined && { where }),
    ...(failOn !== undefined && { failOn }),
    ...(ignoreUnfixed !== undefined && { ignoreUnfixed }),
    ...(guidance !== undefined && { guidance }),
    ...(infer !== undefined && { infer }),
    ...(vex && { vex }),
    ...(ignorefile !== undefined && { ignorefile: beside(ignorefile) }),
  };
}

/** A text with commas, as on the command line, or a list. */
function words(section: Section, name: string): string | undefined {
  return Array.isArray(section.raw(name)) ? section.texts(name)?.join(',') : section.text(name);
}

/** A list, or the one that it would have. */
function listed(section: Section, name: string): readonly string[] | undefined {
  if (Array.isArray(section.raw(name))) return section.texts(name);
  const text = section.text(name);
  return text === undefined ? undefined : [text];
}

/** What the command line would refuse, with the place in the file. */
function check(section: Section, name: string, parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    section.fault(name, `cannot be used: ${error.message}`);
  }
}

/** A key without a value looks as if it said something: a condition that is none, an end that never comes. */
function refuseEmpty(section: Section, keys: Readonly<Record<string, JsonValue>>): void {
  for (const [name, value] of Object.entries(keys)) {
    if (value === null || value === '') section.fault(name, 'has no value; give it one, or leave it out');
  }
}

const ID = /^[A-Za-z]+-[\w.:-]+$/;

function readRules(value: JsonValue | undefined, findings: Findings, places: Places): IgnoreRule[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    findings.fault(['ignore'], 'ignore must be a list of rules');
    return [];
  }
  return value.flatMap((each, index) => {
    const path = ['ignore', index];
    if (!isJsonObject(each)) {
      findings.fault(
        path,
        'a rule has keys such as "cve", "package", "path", "component", "where", "reason", "until"',
      );
      return [];
    }
    const section = new Section(each, path, findings);
    refuseEmpty(section, each);
    const [cve, otherId] = [section.text('cve'), section.text('id')];
    if (cve !== undefined && otherId !== undefined)
      section.fault('id', 'says the same as cve; leave one out');
    const id = cve ?? otherId;
    if (id !== undefined && !ID.test(id)) {
      section.fault(cve === undefined ? 'id' : 'cve', 'must be one ID, as in CVE-2025-33053');
    }
    const name = section.text('package');
    const glob = section.text('path');
    const component = section.text('component');
    const where = section.choice('where', WHERE_CLASSES);
    const reason = section.text('reason');
    const until = section.text('until');
    section.finish();
    if ([id, name, glob, component, where].every((part) => part === undefined)) {
      findings.fault(
        path,
        'a rule without "cve", "package", "path", "component" or "where" would ignore everything',
      );
      return [];
    }
    if (until !== undefined && !isDay(until)) section.fault('until', 'must be a day, as in 2026-12-31');
    const place = places.find(path);
    return [
      {
        source: place ? formatPlace(place) : POLICY_FILE,
        ...(id !== undefined && { id }),
        ...(name !== undefined && { package: name }),
        ...(glob !== undefined && { path: glob }),
        ...(component !== undefined && { component }),
        ...(where !== undefined && { where }),
        ...(reason !== undefined && { reason }),
        ...(until !== undefined && { until }),
      },
    ];
  });
}

export function isDay(text: string): boolean {
  const moment = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // The 30th of February is taken for a day of March.
  return !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(text);
}
