// Scans images one by one or side by side: reads them, matches them, makes their reports.
import type { Image } from '../images/image-source.ts';
import { BaseCatalogue, learnedFromScan } from '../layers/base-catalogue.ts';
import { coalesce } from '../layers/coalesce.ts';
import { FactsCache } from '../layers/facts-cache.ts';
import { FactsReader, type LayerProgress } from '../layers/facts-reader.ts';
import { nothingReadOf } from '../layers/layer-reader.ts';
import { adviceFor } from '../matching/advice.ts';
import { fixedByBase } from '../matching/fixed-by-base.ts';
import { inferenceNotices, inferUnstated } from '../matching/infer-unstated.ts';
import { compareFindings, match } from '../matching/match.ts';
import { withThreats } from '../matching/threats/with-threats.ts';
import type { ImageFacts } from '../model/layer-facts.ts';
import type { Report } from '../model/report.ts';
import { buildReport } from '../reports/build-report.ts';
import type { CurrentAdvisories } from './current-advisories.ts';
import type { CurrentThreats } from './current-threats.ts';
import { findLibraries } from './library-findings.ts';
import type { ScanPolicy } from './policy/scan-policy.ts';
import { VERSION } from './version.ts';

export interface ScannerOptions {
  readonly cacheDir: string;
  readonly guidance?: boolean;
  /** Also list what siblings of a release out of support have. */
  readonly infer?: boolean;
  /** Answer from index, config and catalogue; read no layer. */
  readonly quick?: boolean;
  /** Leave out base layers that the catalogue knows. */
  readonly baseFromCatalog?: boolean;
}

export class ImageScanner {
  readonly #options: ScannerOptions;
  readonly #advisories: CurrentAdvisories;
  readonly #policy: ScanPolicy;
  readonly #catalogue: BaseCatalogue;
  readonly #reader: FactsReader;
  readonly #threats: CurrentThreats;

  constructor(
    options: ScannerOptions,
    advisories: CurrentAdvisories,
    threats: CurrentThreats,
    policy: ScanPolicy,
  ) {
    this.#policy = policy;
    this.#options = options;
    this.#advisories = advisories;
    this.#threats = threats;
    this.#catalogue = new BaseCatalogue(options.cacheDir);
    this.#reader = new FactsReader(new FactsCache(options.cacheDir));
  }

  /** Throws LayerError, ImageError, AdvisoriesError. */
  async scan(image: Image, progress?: LayerProgress): Promise<Report> {
    const known = await this.#catalogue.find(image);
    const facts = await this.#read(image, known?.layers ?? 0, progress);
    const inventory = coalesce(facts, image.config, known?.base);
    const learned = learnedFromScan(facts, inventory);
    if (learned) await this.#catalogue.put(learned);
    // Loaded after the layers are read, so that their memory is free again.
    const advisories = await this.#advisories.load();
    const matches = match(inventory, advisories);
    const libraries = await findLibraries(inventory, this.#options.cacheDir);
    const inferred = this.#options.infer ? inferUnstated(inventory, matches.findings, advisories) : [];
    const { threats, notices } = await this.#threats.load();
    const found = [...matches.findings, ...inferred, ...libraries.findings];
    const all = withThreats(found, threats).sort(compareFindings);
    const now = new Date();
    const silence = this.#options.infer ? inferenceNotices(inventory, inferred, now) : [];
    const { findings, suppressed, hidden } = this.#policy.judge(
      this.#options.guidance ? all : all.filter(({ status }) => status !== 'advisory'),
      {
        packages: inventory.packages,
        image: { target: image.target, digest: image.digest },
        today: now.toISOString().slice(0, 10),
      },
    );
    return buildReport({
      image,
      facts,
      inventory,
      findings,
      suppressed,
      hidden,
      fixed: fixedByBase(inventory, advisories),
      advice: adviceFor(inventory, findings, advisories, now, { suppressed: suppressed.length, hidden }),
      version: VERSION,
      notices: [...matches.notices, ...silence, ...libraries.notices, ...notices],
      advisories,
      librariesFetchedAt: libraries.fetchedAt,
      threats,
      now,
    });
  }

  async #read(image: Image, known: number, progress: LayerProgress | undefined): Promise<ImageFacts> {
    const { quick, baseFromCatalog } = this.#options;
    const { os } = image.config;
    if (os !== 'windows' && os !== 'unknown') return nothingReadOf(image, `it is an image for ${os}`);
    if (quick) return nothingReadOf(image, '--quick reads none');
    const reason = 'the catalogue knows which Windows they are (--base-from-catalog)';
    const spare = baseFromCatalog && known > 0 ? { layers: known, reason } : undefined;
    return this.#reader.read(image, { progress, spare });
  }
}
