// Advisories as the matcher has them.
import type { Advisories } from '../../src/model/advisories.ts';
import type { LibraryAdvisories } from '../../src/model/library-advisories.ts';
import type { Knowledge } from '../../src/service/knowledge.ts';

export function knowledgeOf(advisories: Advisories, libraries?: LibraryAdvisories, id = 1): Knowledge {
  const time = '2026-07-01T00:00:00Z';
  const ref = `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`;
  return {
    version: { id, ref, version: advisories.version, fetchedAt: time, createdAt: time },
    advisories,
    ...(libraries ? { libraries: { version: 'osv-1', load: async () => libraries } } : {}),
  };
}
