// What the notifier counts. Names are Clair's where they mean the same.
import { Counter, Gauge, Histogram } from 'prom-client';

export const notifierMetrics = {
  setsPut: new Counter({
    name: 'clair_notifier_putnotifications_total',
    help: 'Sets of notifications that were written, one for each change of the advisories that affects manifests',
  }),
  setsDelivered: new Counter({
    name: 'clair_notifier_setdelivered_total',
    help: 'Sets of notifications that were delivered',
  }),
  deliveriesFailed: new Counter({
    name: 'clair_notifier_setdeliveryfailed_total',
    help: 'Attempts to deliver a set of notifications that failed; each is made again',
  }),
  setsDeleted: new Counter({
    name: 'clair_notifier_setdeleted_total',
    help: 'Sets of notifications that their reader deleted, or that were delivered whole',
  }),
  setsCollected: new Counter({
    name: 'clair_notifier_collectnotification_total',
    help: 'Sets of notifications that were removed from the database',
  }),
  notificationsCreated: new Counter({
    name: 'clearstory_notifier_notifications_created_total',
    help: 'Notifications in the sets that were written',
  }),
  setsWaiting: new Gauge({
    name: 'clearstory_notifier_waiting_sets',
    help: 'Sets of notifications that wait to be delivered',
  }),
  detectionSeconds: new Histogram({
    name: 'clearstory_notifier_detection_duration_seconds',
    help: 'Time to compare two versions of the advisories and to write the notifications',
    buckets: [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900],
  }),
  deliverySeconds: new Histogram({
    name: 'clearstory_notifier_delivery_duration_seconds',
    help: 'Time of one attempt to deliver a set of notifications',
    labelNames: ['mechanism', 'outcome'] as const,
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300],
  }),
};
