// Has an image indexed and fetches its report, by the very requests that clairctl makes.
import type { ClairVulnerabilityReport } from '../../model/clair.ts';
import { CtlError } from './ctl-error.ts';
import type { NamedImage } from './image-manifests.ts';
import { objectIn, type ServiceAnswer, type ServiceClient } from './service-client.ts';

export interface FetchedReport {
  readonly report: ClairVulnerabilityReport;
  /** As it was sent. */
  readonly text: string;
}

const INDEX_REPORT = 'indexer/api/v1/index_report';
const VULNERABILITY_REPORT = 'matcher/api/v1/vulnerability_report';

/** The relation of the link that says where the index report is. */
const INDEX_RELATION = 'https://projectquay.io/clair/v1/index_report';

export class ImageReporter {
  readonly #client: ServiceClient;
  readonly #novel: boolean;
  /** ETags by path: what has not changed since need not be sent or posted again. */
  readonly #validators = new Map<string, string>();

  /** `novel`: what the service has indexed already is not posted again. */
  constructor(client: ServiceClient, novel: boolean) {
    this.#client = client;
    this.#novel = novel;
  }

  /** Throws CtlError, ImageError. */
  async report(image: NamedImage): Promise<FetchedReport> {
    const known = await this.#ask(image);
    const isDone = known.status === 304 || (known.status === 200 && this.#novel);
    if (!isDone) await this.#index(image);
    const path = `${VULNERABILITY_REPORT}/${image.digest}`;
    const answer = await this.#client.send({ method: 'GET', path, accept: [200] });
    const report = objectIn(answer, `the report of ${image.shown}`);
    for (const part of ['packages', 'vulnerabilities', 'package_vulnerabilities']) {
      if (typeof report[part] === 'object' && report[part] !== null) continue;
      throw new CtlError('BAD_ANSWER', `the report of ${image.shown} has no ${part}`);
    }
    return { report: report as unknown as ClairVulnerabilityReport, text: answer.text };
  }

  #ask({ digest }: NamedImage): Promise<ServiceAnswer> {
    const path = `${INDEX_REPORT}/${digest}`;
    const validator = this.#validators.get(`/${path}`);
    const headers = validator === undefined ? {} : { 'if-none-match': validator };
    return this.#client.send({ method: 'GET', path, headers, accept: [200, 304, 404] });
  }

  async #index(image: NamedImage): Promise<void> {
    const manifest = await image.makeManifest();
    // Making it may have taken a while, in which somebody else may have had it indexed.
    if ((await this.#ask(image)).status === 304) return;
    const answer = await this.#client.send({
      method: 'POST',
      path: INDEX_REPORT,
      body: manifest,
      accept: [200, 201],
    });
    const { success, err } = objectIn(answer, `the index report of ${image.shown}`);
    if (success !== true && typeof err === 'string' && err !== '') {
      throw new CtlError('NOT_INDEXED', `the service could not read the image: ${err}`);
    }
    const etag = answer.header('etag');
    const path = linkedPath(answer.header('link') ?? '') ?? `/${INDEX_REPORT}/${image.digest}`;
    if (etag !== undefined) this.#validators.set(path, etag);
  }
}

/** The path of the link to the index report; the header may hold several (RFC 8288). */
function linkedPath(header: string): string | undefined {
  for (const [, target = '', parameters = ''] of header.matchAll(/<([^>]*)>((?:\s*;[^,<]*)*)/g)) {
    if (parameters.includes(`"${INDEX_RELATION}"`)) return target;
  }
  return undefined;
}
