// The parts of the service behind its API, as the process that runs them sees them.
import type { IndexerPart, MatcherPart, NotifierPart } from '../../http/service-parts.ts';

export interface ServiceParts {
  readonly indexer: IndexerPart | undefined;
  readonly matcher: MatcherPart | undefined;
  readonly notifier: NotifierPart | undefined;
  /** Loads what can be loaded at once, and begins what runs in the background. */
  start(): Promise<void>;
  /** Ends what runs in the background, but for indexing. */
  stop(): Promise<void>;
  /** Ends indexing: what is not done goes back to other replicas, or to the next start. */
  drain(): Promise<void>;
  /** Lets go of the database. */
  close(): Promise<void>;
}
