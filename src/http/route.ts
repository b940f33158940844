// An endpoint as the server sees it: its paths, what each method does, and what it is handed.
import type { Answer } from './answer.ts';

/** Clair's names of its metric families. */
export type RouteGroup = 'indexerv1' | 'matcherv1' | 'notificationv1' | 'discovery';

export interface ApiRequest {
  /** The last element of the path, decoded; nothing before it is looked at, as in Clair. */
  readonly lastElement: string;
  readonly query: URLSearchParams;
  readonly accept: string | undefined;
  /** The lines of If-None-Match as they were sent. */
  readonly ifNoneMatch: readonly string[];
  /** Fires when the client is gone. Work must not end with it. */
  readonly gone: AbortSignal;
  /** The whole body. Throws ServiceError TOO_LARGE, and BAD_REQUEST where the client breaks off. */
  readonly readBody: () => Promise<Buffer>;
  /** Tells the log which image the request is about. */
  readonly isAbout: (digest: string) => void;
}

export type Endpoint = (request: ApiRequest) => Promise<Answer>;

export interface Route {
  readonly group: RouteGroup;
  /** As logs, metrics and the OpenAPI document name it. */
  readonly name: string;
  /** As the router wants them; several where Clair takes several. */
  readonly paths: readonly string[];
  /** Other methods are answered by 405. */
  readonly methods: Readonly<Record<string, Endpoint>>;
  /** No token is asked for. */
  readonly isOpen?: true;
}
