// Makes a configuration of a document: checks every key, applies the defaults.
import { readAuth } from './auth-settings.ts';
import { readClearstory } from './clearstory-settings.ts';
import type { Configuration, LogLevel } from './configuration.ts';
import type { ConfigurationDocument } from './configuration-document.ts';
import { readDatabase } from './database-settings.ts';
import { Findings } from './findings.ts';
import { readIndexer } from './indexer-settings.ts';
import { type ListenAddress, parseListenAddress } from './listen-address.ts';
import { readMatcher } from './matcher-settings.ts';
import { readMetrics } from './metrics-settings.ts';
import type { Mode } from './mode.ts';
import { readNotifier } from './notifier-settings.ts';
import { Section } from './section.ts';
import { readTls } from './tls-settings.ts';
import { readTrace } from './trace-settings.ts';

const LOG_LEVELS = ['debug-color', 'debug', 'info', 'warn', 'error', 'fatal', 'panic'] as const;

const API_PORT = 6060;
const INTROSPECTION_PORT = 8089;

/** Pure but for the user's id, which chooses the data directory. Throws ConfigurationError `INVALID`, with all faults. */
export function readSettings(
  { file, value, places }: ConfigurationDocument,
  mode: Mode,
  environment: NodeJS.ProcessEnv,
): Configuration {
  const findings = new Findings(places);
  const root = new Section(value, [], findings);
  // Nobody has said that others may reach us.
  const host = file === undefined ? '127.0.0.1' : undefined;
  const level = root.choice('log_level', LOG_LEVELS) ?? 'info';
  const settings = {
    file,
    mode,
    httpListenAddress: address(root, 'http_listen_addr', { host, port: API_PORT }),
    introspectionAddress: address(root, 'introspection_addr', { host, port: INTROSPECTION_PORT }),
    logLevel: logLevel(level),
    tls: readTls(root.section('tls')),
    database: readDatabase(root, mode, environment),
    indexer: readIndexer(root.section('indexer')),
    matcher: readMatcher(root),
    notifier: readNotifier(root.section('notifier'), mode),
    auth: readAuth(root.section('auth')),
    trace: readTrace(root.section('trace'), logLevel(level) === 'debug'),
    metrics: readMetrics(root.section('metrics')),
    clearstory: readClearstory(root.section('clearstory'), environment),
  };
  root.finish();
  findings.throwIfAny();
  return { ...settings, warnings: findings.warnings };
}

function logLevel(level: (typeof LOG_LEVELS)[number]): LogLevel {
  if (level === 'debug-color') return 'debug';
  return level === 'panic' ? 'fatal' : level;
}

function address(root: Section, name: string, otherwise: ListenAddress): ListenAddress {
  const text = root.text(name);
  if (text === undefined) return otherwise;
  const parsed = parseListenAddress(text);
  if (!parsed) root.fault(name, 'must be an address to listen on, such as :6060 or 127.0.0.1:6060');
  return parsed ?? otherwise;
}
