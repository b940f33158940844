// `clearstory ctl report`: has images indexed by a service and prints what it finds wrong with them.
import { ClearstoryError } from '../../base/error.ts';
import { Limiter } from '../../base/limiter.ts';
import { EXIT_ERROR, EXIT_OK } from '../exit-codes.ts';
import { shownMessage } from '../failure.ts';
import { makeRegistries, type NetworkOptions } from '../network-options.ts';
import { findImages, type NamedImage } from './image-manifests.ts';
import { ImageReporter } from './image-report.ts';
import { openService, type ServiceOptions } from './open-service.ts';
import { type ImageOutcome, REPORT_FORMATS } from './report-formats.ts';

export interface ReportOptions extends ServiceOptions, NetworkOptions {
  readonly out: keyof typeof REPORT_FORMATS;
  readonly keepGoing?: boolean;
  readonly novel?: boolean;
}

/** The service reads as many layers at a time as it likes; this keeps it busy. */
const PARALLEL_IMAGES = 4;

export async function reportCommand(names: readonly string[], options: ReportOptions): Promise<number> {
  const client = await openService(options, process.env);
  const registries = await makeRegistries(options, names, process.env);
  const reporter = new ImageReporter(client, options.novel === true);
  const format = REPORT_FORMATS[options.out];
  const line = new Limiter(PARALLEL_IMAGES);
  let isFailed = false;

  const outcomeOf = async (name: string): Promise<readonly ImageOutcome[]> => {
    // Nothing more is asked for once the command is about to end.
    if (isFailed && !options.keepGoing) return [];
    try {
      const images = await findImages(registries, name);
      return await Promise.all(images.map((image) => reported(image)));
    } catch (error) {
      return [failed(name.split('/').at(-1)!, error)];
    }
  };
  const reported = async (image: NamedImage): Promise<ImageOutcome> => {
    try {
      return { image: image.shown, fetched: await reporter.report(image) };
    } catch (error) {
      return failed(image.shown, error);
    }
  };
  const failed = (image: string, error: unknown): ImageOutcome => {
    if (!(error instanceof ClearstoryError)) throw error;
    isFailed = true;
    return { image, error: shownMessage(error) };
  };

  const outcomes = names.map((name) => line.run(() => outcomeOf(name)));
  const ended = Promise.allSettled(outcomes);
  try {
    process.stdout.write(format.begin);
    for await (const each of inOrder(outcomes)) {
      if ('error' in each) process.stderr.write(`clearstory: ${each.image}: ${each.error}\n`);
      process.stdout.write(format.image(each));
      if ('error' in each && !options.keepGoing) break;
    }
    process.stdout.write(format.end);
    return isFailed ? EXIT_ERROR : EXIT_OK;
  } finally {
    await ended;
    await Promise.all([client.close(), registries.close()]);
  }
}

async function* inOrder<T>(batches: readonly Promise<readonly T[]>[]): AsyncGenerator<T> {
  for (const batch of batches) yield* await batch;
}
