// A process to be killed: updates a cache from two feeds in turn, for ever. Arguments: cache, one feed, other feed.
import { AdvisoriesStore } from '../../src/advisories/advisories-store.ts';
import { DirectoryFeed } from '../../src/advisories/directory-feed.ts';
import { updateAdvisories } from '../../src/advisories/update.ts';

const [cache = '', ...feeds] = process.argv.slice(2);
const store = new AdvisoriesStore(cache);
for (;;) {
  for (const feed of feeds) await updateAdvisories(new DirectoryFeed(feed), store, new Date());
  process.stdout.write('.');
}
