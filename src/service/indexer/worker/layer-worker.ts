// The program of a process that reads layers and interprets images, as the service tells it.
import { Limiter } from '../../../base/limiter.ts';
import { AddressPolicy } from '../../../images/network/address-policy.ts';
import { HttpClient } from '../../../images/network/http-client.ts';
import { asciiSentence } from '../ascii-sentence.ts';
import { LayerFailure } from '../layer-failure.ts';
import { BufferLimit } from './buffer-limit.ts';
import { describeTask } from './describe-task.ts';
import { readTask, type TaskTools } from './read-task.ts';
import {
  ALIVE_EVERY_MS,
  OVER_MEMORY,
  type WorkerOrder,
  type WorkerReport,
  type WorkerResult,
  type WorkerSetup,
  type WorkerTask,
} from './worker-messages.ts';

let tools: TaskTools | undefined;

process.on('message', (order: WorkerOrder) => {
  if (order.kind === 'setup') tools = prepare(order.setup);
  else if (tools) void work(order.id, order.task, tools);
});
// The service has gone, however that came.
process.on('disconnect', () => process.exit(0));
// It may have gone while this program was being loaded.
if (!process.connected) process.exit(0);
// A terminal and a supervisor send these to all processes; the service decides when its workers end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
setInterval(() => report({ kind: 'alive' }), ALIVE_EVERY_MS);

function prepare(setup: WorkerSetup): TaskTools {
  const howToAllow = (): string => 'list it under clearstory.allow_addresses';
  const policy = new AddressPolicy(setup.allowAddresses, { howToAllow, airgap: setup.airgap });
  const memory = new BufferLimit(setup.maxBufferBytes, () => process.exit(OVER_MEMORY));
  const http = new HttpClient({
    policy,
    ...(setup.ca !== undefined && { ca: setup.ca }),
    ...(setup.silenceMs !== undefined && { timeoutMs: setup.silenceMs }),
    ...(setup.retryDelayMs !== undefined && { retryDelayMs: setup.retryDelayMs }),
  });
  return { http, setup, memory, turns: new Limiter(setup.parallelLayers) };
}

async function work(id: number, task: WorkerTask, own: TaskTools): Promise<void> {
  try {
    report({ kind: 'done', id, result: await perform(id, task, own) });
  } catch (error) {
    const failure =
      error instanceof LayerFailure
        ? error
        : new LayerFailure('NOT_NOW', asciiSentence((error as Error).message));
    report({ kind: 'failed', id, code: failure.code, message: failure.message });
  }
}

function perform(id: number, task: WorkerTask, own: TaskTools): Promise<WorkerResult> {
  if (task.kind === 'describe') return describeTask(task, own);
  return readTask(task, own, (platform) => report({ kind: 'platform', id, platform }));
}

/** When the service has just gone there is nobody to tell. */
function report(what: WorkerReport): void {
  process.send?.(what, () => undefined);
}
