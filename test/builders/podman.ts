// Runs a real Podman with a store and a socket of its own, Debian's package `podman`.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Podman {
  socketPath: string;
  /** Takes over an archive of `docker save`. */
  load(archive: string): void;
  close(): Promise<void>;
}

/** Stops by itself after a minute without a request, should the tests die. */
const IDLE_SECONDS = 60;

/** `undefined`, with the reason printed, when it does not run here: Podman needs rights that not every sandbox gives. */
export async function startPodman(): Promise<Podman | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'clearstory-podman-'));
  const socketPath = join(folder, 'podman.sock');
  const store = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs'];
  const child = spawn(
    'podman',
    [...store, 'system', 'service', '--time', String(IDLE_SECONDS), `unix://${socketPath}`],
    { stdio: 'ignore' },
  );
  let hasEnded = false;
  const exit = new Promise<void>((resolve) => {
    const end = (): void => {
      hasEnded = true;
      resolve();
    };
    child.once('exit', end).once('error', end);
  });
  const close = async (): Promise<void> => {
    child.kill();
    await exit;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let waited = 0; !existsSync(socketPath); waited += 50) {
    if (waited > 10_000 || hasEnded) {
      await close();
      console.warn('tests that need podman are skipped: "podman system service" does not come up here');
      return undefined;
    }
    await sleep(50);
  }
  return {
    socketPath,
    load: (archive) => void execFileSync('podman', [...store, 'load', '-i', archive], { stdio: 'pipe' }),
    close,
  };
}
