// What Prometheus is told of the process itself.
import { collectDefaultMetrics, Gauge } from 'prom-client';

/** Once in a process: memory, event loop, garbage collection, file descriptors, and which version this is. */
export function exposeProcessMetrics(version: string): void {
  collectDefaultMetrics();
  // Clair's name and labels, so that dashboards find it; what runs us takes the place of Go.
  const info = new Gauge({
    name: 'clair_cmd_version_info',
    help: 'Always 1; the labels tell which version runs.',
    labelNames: ['claircore_version', 'goversion', 'modified', 'revision', 'version'],
  });
  const labels = { claircore_version: '', goversion: process.version, modified: 'false', revision: '' };
  info.set({ ...labels, version }, 1);
}
