// Which database the parts of the service meet in.
import { MODES, type Mode } from './mode.ts';
import type { Section } from './section.ts';

export interface DatabaseSettings {
  /** A PostgreSQL URL or DSN; `undefined`: PGlite in the data directory. A secret. */
  readonly connstring: string | undefined;
  /** Whether the schema may be brought up to date at start. */
  readonly migrations: boolean;
}

/** With these a PostgreSQL server is meant; PGUSER and the like only say how. */
const SERVER_VARIABLES = ['PGHOST', 'PGHOSTADDR', 'PGDATABASE'];

const PARTS = MODES.filter((mode) => mode !== 'combo');

/**
 * Clair can keep each part in a database of its own; Clearstory's parts meet in one, so of several connection strings
 * the one of the part that runs counts. Without any, libpq's variables do, as in Clair.
 */
export function readDatabase(root: Section, mode: Mode, environment: NodeJS.ProcessEnv): DatabaseSettings {
  const given = PARTS.map((part) => ({
    part,
    connstring: root.section(part).text('connstring'),
    migrations: root.section(part).boolean('migrations') === true,
  }));
  const running = given.filter(({ part }) => mode === 'combo' || mode === part);
  const own = distinct(running.map(({ connstring }) => connstring));
  const all = distinct(given.map(({ connstring }) => connstring));
  if (own.length > 1) {
    const last = running.findLast(({ connstring }) => connstring !== undefined)!.part;
    root
      .section(last)
      .fault(
        'connstring',
        'names another database than the other parts, and Clearstory keeps one for all; write the same connstring in indexer, matcher and notifier',
      );
  } else if (all.length > 1 && mode !== 'combo') {
    root
      .section(mode)
      .warn(
        'connstring',
        'is what counts in this mode; the other parts name another database, where this one will not find their reports: Clearstory keeps one for all',
      );
  }
  const connstring = own[0] ?? all[0] ?? serverOfEnvironment(root, environment);
  // Nobody else could bring the embedded database up to date.
  const migrations = connstring === undefined || running.some((part) => part.migrations);
  return { connstring, migrations };
}

/** Everything else the driver reads from the variables itself. */
function serverOfEnvironment(root: Section, environment: NodeJS.ProcessEnv): string | undefined {
  if (environment.PGSERVICE) {
    root
      .section('indexer')
      .fault(
        'connstring',
        'is absent and PGSERVICE names a service file, which is not read; use PGHOST and the others',
      );
  }
  if (!SERVER_VARIABLES.some((name) => environment[name])) return undefined;
  const { PGHOSTADDR } = environment;
  return PGHOSTADDR && !environment.PGHOST ? `postgresql://${bracketed(PGHOSTADDR)}/` : 'postgresql:///';
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function distinct(texts: readonly (string | undefined)[]): string[] {
  return [...new Set(texts.filter((text) => text !== undefined))];
}
