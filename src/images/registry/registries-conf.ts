// Reads the registries configuration that Podman, Skopeo and CRI-O share (containers-registries.conf(5), version 2).

import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { fileReason } from '../../base/file-reason.ts';
import { ImageError } from '../image-error.ts';
import { isLocation, type Mirror, type MirrorRule, trimmed } from './mirrors.ts';

/** A configuration of a whole company has some hundred kilobytes. */
const MAX_CONF_BYTES = 4 * 1024 * 1024;

const PULL_FROM: Readonly<Record<string, Mirror['serves']>> = {
  all: 'all',
  'digest-only': 'digest-only',
  'tag-only': 'tag-only',
};

/**
 * The rules of `named`, or of the files where the other tools look: `CONTAINERS_REGISTRIES_CONF`, or the user's file
 * before the system's, then the drop-ins. Of two rules for a prefix the later one counts. Throws ImageError
 * `BAD_CONFIGURATION`.
 */
export async function readRegistriesConf(
  named: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<MirrorRule[]> {
  const rules = new Map<string, MirrorRule>();
  const explicit = named ?? environment.CONTAINERS_REGISTRIES_CONF;
  const files = explicit ? [explicit] : await standardFiles(environment);
  for (const path of files) {
    const text = await readText(path);
    for (const rule of readRules(text, path)) rules.set(rule.prefix, rule);
  }
  return [...rules.values()];
}

async function standardFiles(environment: NodeJS.ProcessEnv): Promise<string[]> {
  const config = environment.XDG_CONFIG_HOME || join(environment.HOME || homedir(), '.config');
  const folders = ['/etc/containers', join(config, 'containers')];
  const main: string[] = [];
  const dropIns: string[] = [];
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => [] as string[]);
    // The user's file stands in for the system's; drop-ins of both count.
    if (names.includes('registries.conf')) main.splice(0, 1, join(folder, 'registries.conf'));
    const inside = await readdir(join(folder, 'registries.conf.d')).catch(() => [] as string[]);
    const confs = inside.filter((name) => name.endsWith('.conf')).sort();
    dropIns.push(...confs.map((name) => join(folder, 'registries.conf.d', name)));
  }
  return [...main, ...dropIns];
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new ImageError('BAD_CONFIGURATION', `${path} cannot be read: ${fileReason(error)}`);
  });
  if (bytes.length > MAX_CONF_BYTES) throw new ImageError('BAD_CONFIGURATION', `${path} is over 4 MiB`);
  return bytes.toString('utf8');
}

function readRules(text: string, path: string): MirrorRule[] {
  let document: Record<string, unknown>;
  try {
    document = parse(text);
  } catch (error) {
    const [problem] = (error as Error).message.split('\n');
    throw new ImageError('BAD_CONFIGURATION', `${path} is no valid TOML: ${problem}`);
  }
  return tables(document.registry).map((table) => readRule(table, path));
}

function readRule(table: Readonly<Record<string, unknown>>, path: string): MirrorRule {
  const location = table.location === undefined ? undefined : locationOf(table.location, path);
  const prefix = table.prefix === undefined ? location : locationOf(table.prefix, path);
  if (prefix === undefined) throw bad(path, 'has a [[registry]] with neither prefix nor location');
  const byDigest = table['mirror-by-digest-only'] === true;
  return {
    prefix,
    ...(location !== undefined && !prefix.startsWith('*.') && { location }),
    mirrors: tables(table.mirror).map((mirror) => ({
      location: locationOf(mirror.location, path),
      insecure: mirror.insecure === true,
      serves: byDigest ? 'digest-only' : (PULL_FROM[String(mirror['pull-from-mirror'])] ?? 'all'),
    })),
    insecure: table.insecure === true,
    blocked: table.blocked === true,
  };
}

function locationOf(value: unknown, path: string): string {
  if (typeof value === 'string' && isLocation(value)) return trimmed(value);
  throw bad(path, `names ${JSON.stringify(value)?.slice(0, 100)}, which is no host or host/path`);
}

function tables(value: unknown): Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(value)) return [];
  return value.filter((each) => typeof each === 'object' && each !== null);
}

function bad(path: string, problem: string): ImageError {
  return new ImageError('BAD_CONFIGURATION', `${path} ${problem}`);
}
