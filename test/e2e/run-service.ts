// Runs `clearstory serve` as an administrator does, and ends it with the test.
import { type ChildProcess, execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { putPgliteInto } from '../builders/pglite-folder.ts';
import { start } from './run-command.ts';

export type LogLine = Readonly<Record<string, unknown>>;

export class RunningService {
  readonly child: ChildProcess;
  /** JSON lines of standard error; other text is in `text`. */
  readonly lines: LogLine[] = [];
  text = '';
  readonly exit: Promise<number | null>;
  port = 0;
  introspectionPort = 0;

  constructor(child: ChildProcess) {
    this.child = child;
    this.exit = new Promise((resolve) => child.once('close', resolve));
    let rest = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
    });
  }

  /** Resolves when it listens; rejects with what it said when it ends before. */
  async ready(): Promise<this> {
    const line = await Promise.race([
      this.logged('ready'),
      this.exit.then((code) => Promise.reject(new Error(`serve ended with ${code}: ${this.shown()}`))),
    ]);
    this.port = Number(line.port);
    this.introspectionPort = Number(line.introspectionPort);
    return this;
  }

  /** The first line with this message, which may be yet to come. */
  async logged(message: string): Promise<LogLine> {
    for (;;) {
      const line = this.lines.find(({ msg }) => msg === message);
      if (line) return line;
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (this.child.exitCode !== null) throw new Error(`never said "${message}": ${this.shown()}`);
    }
  }

  /** Sends the signal and waits for the end; returns the exit code. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    return this.exit;
  }

  shown(): string {
    return `${this.text}${this.lines.map((line) => JSON.stringify(line)).join('\n')}`;
  }

  #take(line: string): void {
    if (line.startsWith('{"level"')) this.lines.push(JSON.parse(line) as LogLine);
    else this.text += `${line}\n`;
  }
}

/**
 * Starts it in `folder` with `settings` as its configuration (JSON is YAML), on free ports and, unless they name a PostgreSQL, an
 * empty embedded database. It does not wait until the service listens.
 */
export async function serve(
  folder: string,
  settings: Readonly<Record<string, unknown>> = {},
  variables: NodeJS.ProcessEnv = {},
): Promise<RunningService> {
  const { clearstory = {}, ...rest } = settings;
  const config = join(folder, 'config.json');
  const dataFolder = join(folder, 'data');
  if (!existsSync(dataFolder)) await putPgliteInto(dataFolder);
  const configuration = {
    http_listen_addr: '127.0.0.1:0',
    introspection_addr: '127.0.0.1:0',
    ...rest,
    clearstory: { data_dir: dataFolder, ...(clearstory as object) },
  };
  writeFileSync(config, JSON.stringify(configuration));
  return serveWith(['--config', config], folder, variables);
}

/** The same, and waits until it listens. */
export async function servedFrom(...args: Parameters<typeof serve>): Promise<RunningService> {
  return (await serve(...args)).ready();
}

/** With these arguments alone. */
export function serveWith(
  args: readonly string[],
  folder: string,
  variables: NodeJS.ProcessEnv = {},
): RunningService {
  return begin(start(['serve', ...args], folder, variables));
}

/** Without arguments, and not as root, whose data would be those of the machine. The folder is given away. */
export function serveAsSomebody(folder: string, variables: NodeJS.ProcessEnv): RunningService {
  if (process.getuid?.() !== 0) return serveWith([], folder, variables);
  execFileSync('chown', ['-R', 'nobody', folder]);
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return begin(start(['serve'], folder, variables, { uid: id('-u'), gid: id('-g') }));
}

/** It ends with the test. */
function begin(child: ChildProcess): RunningService {
  const service = new RunningService(child);
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await service.exit;
  });
  return service;
}
