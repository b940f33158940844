// The processes that read layers, seen from outside.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { serveOnLoopback } from '../../../../test/builders/loopback-server.ts';
import { WorkerProcess } from './worker-process.ts';

const silent = (): Promise<{ url: string }> => {
  const server = serveOnLoopback((_request, response) => {
    response.writeHead(200, { 'content-length': 1000 });
    response.write('a');
  });
  onTestFinished(async () => (await server).close());
  return server;
};

function start(): WorkerProcess {
  const worker = new WorkerProcess({
    setup: {
      allowAddresses: ['127.0.0.1'],
      airgap: false,
      trust: 'posted',
      parallelLayers: 1,
      layerSeconds: 60,
      maxBufferBytes: 2 ** 30,
    },
    heapMb: 256,
    onEnd: () => undefined,
  });
  onTestFinished(() => worker.end());
  return worker;
}

const task = (url: string) =>
  ({
    kind: 'read',
    peek: false,
    layer: { hash: `sha256:${'1'.repeat(64)}`, uri: url, headers: {} },
  }) as const;

test('one that is killed loses its tasks, which is no fault of theirs', async () => {
  const { url } = await silent();
  const worker = start();
  const tasks = [worker.run(task(url)), worker.run(task(url))];
  process.kill(worker.pid!, 'SIGKILL');
  for (const outcome of await Promise.allSettled(tasks)) {
    expect(outcome).toMatchObject({ reason: { wasAlone: false, isLimit: false } });
  }
  await expect(worker.run(task(url))).rejects.toMatchObject({ isLimit: false });
});

test('signals that are meant for the service do not end it', async () => {
  const worker = start();
  // It answers, so it has begun.
  await expect(worker.run({ ...task(''), peek: true })).rejects.toMatchObject({ code: 'NOT_THERE' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.kill(worker.pid!, signal);
  await sleep(100);
  await expect(worker.run(task(''))).rejects.toMatchObject({ code: 'NOT_THERE' });
});

test('none outlives the service, not even one that has just been started', async () => {
  for (const ms of [0, 3_000]) {
    const child = fork(new URL('./layer-worker.ts', import.meta.url), {
      execArgv: ['--import', import.meta.resolve('tsx')],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const exit = once(child, 'exit');
    await sleep(ms);
    child.disconnect();
    expect(await exit).toEqual([0, null]);
  }
});

test.runIf(process.platform === 'linux')('knows nothing secret of the service', async () => {
  process.env.PGPASSWORD = 'secret';
  process.env.no_proxy = 'quay.example';
  onTestFinished(() => {
    delete process.env.PGPASSWORD;
    delete process.env.no_proxy;
  });
  const worker = start();
  await expect(worker.run(task(''))).rejects.toMatchObject({ code: 'NOT_THERE' });
  const environment = readFileSync(`/proc/${worker.pid}/environ`, 'utf8');
  expect(environment).toContain('no_proxy=quay.example');
  expect(environment).not.toContain('PGPASSWORD');
});
