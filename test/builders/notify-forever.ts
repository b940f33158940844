// A process to be killed: a notifier on a PostgreSQL, which says when it begins to compare advisories. Arguments:
// connection string, address of the receiver.
import { createLogger } from '../../src/base/log.ts';
import { Notifier } from '../../src/service/notifier/notifier.ts';
import { WebhookTarget } from '../../src/service/notifier/webhook-target.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { growingMonth, MonthlyAdvisories } from './monthly-advisories.ts';

const [connstring = '', target = ''] = process.argv.slice(2);
const log = createLogger('silent');
const database = await openDatabase({ connstring, dataFolder: '/nowhere', migrations: false, log });
const callback = new URL('https://clearstory.example/notifier/api/v1/notification/');
const sources = new MonthlyAdvisories(database, growingMonth).sources();
const notifier = new Notifier({
  database,
  sources: {
    ...sources,
    versions: {
      ...sources.versions,
      list: () => {
        process.stdout.write('.');
        return sources.versions.list();
      },
    },
  },
  target: new WebhookTarget(
    { kind: 'webhook', target: new URL(target), callback, headers: {} },
    { userAgent: 'clearstory/test' },
  ),
  settings: { pollIntervalMs: 20, deliveryIntervalMs: 100, disableSummary: true },
  log,
  firstRetryMs: 20,
});
notifier.start();
