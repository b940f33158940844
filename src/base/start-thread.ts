// Starts a thread from a module of ours, whether we run built or from sources.
import { Worker, type WorkerOptions } from 'node:worker_threads';

/** Where we run from sources, in tests, so does the thread: Node 20 has no other way to tell a thread to use tsx. */
const RUN_SOURCE = `
  const { program, tsx } = require('node:worker_threads').workerData;
  import(tsx).then(({ tsImport }) => tsImport(program, program));`;

/**
 * `name` is the module without its ending, relative to `base`, the `import.meta.url` of the caller. The thread finds
 * `data` as properties of its `workerData`.
 */
export function startThread(name: string, base: string, data: object, options: WorkerOptions = {}): Worker {
  const isSource = base.endsWith('.ts');
  const program = new URL(`${name}${isSource ? '.ts' : '.js'}`, base);
  return new Worker(isSource ? RUN_SOURCE : program, {
    ...options,
    eval: isSource,
    workerData: {
      ...data,
      ...(isSource && { program: program.href, tsx: import.meta.resolve('tsx/esm/api') }),
    },
  });
}
