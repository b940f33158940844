// Runs a command and measures wall time and the peak of its resident memory.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Measurement {
  readonly seconds: number;
  /** Peak of the process itself, without its children, in MB; 0 where /proc does not tell. */
  readonly megabytes: number;
}

/** How often the peak is looked at; it only ever rises, so the last look misses little. */
const POLL_MS = 20;

/** @throws when the command fails. */
export async function measure(
  command: string,
  args: readonly string[],
  environment = {},
): Promise<Measurement> {
  const start = performance.now();
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...environment },
  });
  let megabytes = 0;
  const timer = setInterval(() => {
    megabytes = Math.max(megabytes, peakOf(child.pid));
  }, POLL_MS);
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(code)}`);
  return { seconds: (performance.now() - start) / 1000, megabytes };
}

/** The best of several runs: what the machine can do when nothing else disturbs it. */
export async function best(runs: number, run: () => Promise<Measurement>): Promise<Measurement> {
  let result = await run();
  for (let index = 1; index < runs; index++) {
    const next = await run();
    if (next.seconds < result.seconds) result = next;
  }
  return result;
}

/** Peak of the resident memory of a process so far, in MB; 0 where /proc does not tell. */
export function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1000;
  } catch {
    return 0;
  }
}

/** Processor time that a process has used, its threads included, in milliseconds; 0 where /proc does not tell. */
export function processorTimeOf(pid: number | undefined): number {
  try {
    // After the name, which may hold anything: utime and stime, in hundredths of a second.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}
