// The `clearstory` section: what Clair's configuration has no keys for.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { AddressPolicy } from '../../images/network/address-policy.ts';
import type { Section } from './section.ts';
import { readUpstream, type UpstreamSettings } from './upstream-settings.ts';

export interface ClearstorySettings {
  /** An absolute path. Holds the embedded database, and what is worth to be kept between runs. */
  readonly dataFolder: string;
  /** The Clair that images without Windows are passed on to. */
  readonly upstream: UpstreamSettings | undefined;
  /** URL of a mirror of Microsoft's feed, or a directory; `undefined`: Microsoft itself. */
  readonly feed: string | undefined;
  /** Advisories for libraries: `true` from osv.dev, otherwise the URL of a mirror or a directory. */
  readonly osv: string | true | undefined;
  /** Private address ranges that layers may be fetched from, as CIDR. */
  readonly allowAddresses: readonly string[];
  /** Path of a PEM file with authorities to trust beside Node's. */
  readonly caFile: string | undefined;
  readonly limits: ServiceLimits;
  /** Memory for rendered reports, in MiB. Default 256. */
  readonly reportCacheMb: number;
}

export interface ServiceLimits {
  readonly bodyBytes: number;
  readonly headerBytes: number;
  /** In one manifest, repetitions included. */
  readonly layers: number;
  readonly requestSeconds: number;
  /** Heap of one worker that reads layers, in MiB. */
  readonly workerMemoryMb: number;
}

const DEFAULT_LIMITS: ServiceLimits = {
  // A manifest of the most layers, each with a token of 8 KiB, has half of it.
  bodyBytes: 8 * 1024 * 1024,
  // Node's own default; Quay's tokens have some hundred bytes.
  headerBytes: 16 * 1024,
  // Docker builds 127 at most; nothing else is known to build more than twice that.
  layers: 512,
  // Quay waits no longer for an index report.
  requestSeconds: 600,
  // The largest layers seen need a quarter of it.
  workerMemoryMb: 1024,
};

const DEFAULT_REPORT_CACHE_MB = 256;

export function readClearstory(section: Section, environment: NodeJS.ProcessEnv): ClearstorySettings {
  const dataFolder = section.text('data_dir');
  return {
    dataFolder: dataFolder === undefined ? defaultDataFolder(environment) : resolve(dataFolder),
    upstream: readUpstream(section),
    feed: section.text('feed'),
    osv: readOsv(section),
    allowAddresses: readRanges(section),
    caFile: section.text('ca_file'),
    limits: readLimits(section.section('limits')),
    reportCacheMb: section.whole('report_cache_mb', { min: 1, max: 1024 * 1024 }) ?? DEFAULT_REPORT_CACHE_MB,
  };
}

/**
 * As the XDG base directory specification has it, where a relative path is to be ignored; a service of the machine has
 * its data where those of others are.
 */
function defaultDataFolder(environment: NodeJS.ProcessEnv, isRoot = process.getuid?.() === 0): string {
  if (isRoot) return '/var/lib/clearstory';
  const xdg = environment.XDG_DATA_HOME;
  const base = xdg?.startsWith('/') ? xdg : join(environment.HOME || homedir(), '.local', 'share');
  return join(base, 'clearstory');
}

function readOsv(section: Section): string | true | undefined {
  if (typeof section.raw('osv') === 'boolean') return section.boolean('osv') ? true : undefined;
  return section.text('osv');
}

function readRanges(section: Section): readonly string[] {
  const ranges = section.texts('allow_addresses') ?? [];
  for (const range of ranges) {
    try {
      new AddressPolicy([range]);
    } catch (error) {
      section.fault('allow_addresses', `cannot be used: ${(error as Error).message}`);
    }
  }
  return ranges;
}

function readLimits(section: Section): ServiceLimits {
  return {
    bodyBytes: section.whole('body_bytes', { min: 1024, max: 1024 ** 3 }) ?? DEFAULT_LIMITS.bodyBytes,
    headerBytes: section.whole('header_bytes', { min: 1024, max: 1024 ** 2 }) ?? DEFAULT_LIMITS.headerBytes,
    layers: section.whole('layers', { min: 1, max: 100_000 }) ?? DEFAULT_LIMITS.layers,
    requestSeconds:
      section.whole('request_seconds', { min: 1, max: 86_400 }) ?? DEFAULT_LIMITS.requestSeconds,
    workerMemoryMb:
      section.whole('worker_memory_mb', { min: 64, max: 1024 * 1024 }) ?? DEFAULT_LIMITS.workerMemoryMb,
  };
}
