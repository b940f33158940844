// Reads a set of notifications as Quay's worker does, page by page, and deletes it.
import type { RenderedBody } from '../../src/model/rendered-body.ts';
import { quayFaults } from './quay-schema.ts';

/** What a person is mailed. */
export interface QuayEvent {
  readonly manifest: string;
  readonly id: string;
  readonly priority: string;
  readonly link: string;
  readonly hasFix: boolean;
}

interface Pages {
  page(id: string, query: { next?: string }): Promise<RenderedBody | undefined>;
  delete(id: string): Promise<boolean>;
}

const LEVELS = ['Critical', 'High', 'Medium', 'Low', 'Negligible', 'Unknown'];

/**
 * Of its code: only what was added counts; the severity is `normalized_severity` and nothing else, and what has none
 * counts as Unknown; `fixed_in_version` has to be there; a page without `next` is the last; then the set is deleted.
 */
export async function readAsQuay(pages: Pages, id: string, level = 'Unknown'): Promise<QuayEvent[]> {
  const events: QuayEvent[] = [];
  for (let next: string | undefined, isFirst = true; isFirst || next !== undefined; isFirst = false) {
    const body = await pages.page(id, next === undefined ? {} : { next });
    if (!body) throw new Error('404: the job is dropped');
    const page = JSON.parse(Buffer.concat(body.plain).toString());
    const faults = quayFaults('PagedNotifications', page);
    if (faults.length > 0) throw new Error(`its client refuses the page: ${faults.join(', ')}`);
    for (const { manifest, reason, vulnerability } of page.notifications) {
      if (reason !== 'added') continue;
      const priority = vulnerability.normalized_severity ?? 'Unknown';
      if (LEVELS.indexOf(priority) > LEVELS.indexOf(level)) continue;
      if (typeof vulnerability.fixed_in_version !== 'string') throw new Error('fixed_in_version is missing');
      if (vulnerability.package === null) throw new Error('package is null');
      events.push({
        manifest,
        id: vulnerability.name,
        priority,
        link: vulnerability.links,
        hasFix: vulnerability.fixed_in_version !== '',
      });
    }
    next = page.page.next;
  }
  await pages.delete(id);
  return events;
}
