// The thread that reads the feeds: parsing 350 MB of XML would keep whoever asks for a report waiting.
import { parentPort, workerData } from 'node:worker_threads';
import type { FeedsRequest } from './feed-reports.ts';
import { readFeeds } from './read-feeds.ts';

parentPort!.postMessage(await readFeeds((workerData as { request: FeedsRequest }).request));
