// `npm run bench:service`: how fast the service is, against bare servers and the database in the same run.
//   --only reports,posts,store,replicas   parts of it
//   --feed FOLDER                    Microsoft's documents; default ../shared/data/msrc
//   --manifests 1000000              in the loaded store
//   --posts 10000                    to two replicas
//   --seconds 5                      of each measurement
// Ends with 1 when something misses its mark.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runReplicas } from './service/replicas-part.ts';
import { runRequests } from './service/requests-part.ts';
import { Scores } from './service/scores.ts';
import { runStore } from './service/store-part.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'reports,posts,store,replicas' },
    feed: { type: 'string', default: resolve(import.meta.dirname, '../../shared/data/msrc') },
    manifests: { type: 'string', default: '1000000' },
    posts: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '5' },
  },
});

const parts = new Set(values.only.split(','));
const seconds = Number(values.seconds);
const feed = resolve(values.feed);
const hasFeed = existsSync(feed);
const scores = new Scores();

if (!hasFeed)
  scores.tell(`reports, posts and store: skipped, there are no documents at ${feed}; name them by --feed`);
const [reports, posts] = [parts.has('reports'), parts.has('posts')];
if (hasFeed && (reports || posts)) await runRequests(scores, { feed, seconds, reports, posts });
if (parts.has('store') && hasFeed) {
  await runStore(scores, { feed, manifests: Number(values.manifests), seconds });
}
if (parts.has('replicas')) await runReplicas(scores, Number(values.posts));
process.exitCode = scores.missed > 0 ? 1 : 0;
