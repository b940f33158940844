// Scans images one by one or side by side: reads them, matches them, makes their reports.
import type { Image } from '../images/image-source.ts';
import { BaseCatalogue, learnedFromScan } from '../layers/base-catalogue.ts';
import { coalesce } from '../layers/coalesce.ts';
import { FactsCache } from '../layers/facts-cache.ts';
import { FactsReader, type LayerProgress, type ReadImageOptions } from '../layers/facts-reader.ts';
import { compareFindings, match } from '../matching/match.ts';
import type { Report } from '../model/report.ts';
import { buildReport } from '../reports/build-report.ts';
import type { CurrentAdvisories } from './current-advisories.ts';
import { findLibraries } from './library-findings.ts';

export interface ScannerOptions {
  readonly cacheDir: string;
  readonly guidance?: boolean;
  /** Answer from index, config and catalogue; read no layer. */
  readonly quick?: boolean;
  /** Leave out base layers that the catalogue knows. */
  readonly baseFromCatalog?: boolean;
}

export class ImageScanner {
  readonly #options: ScannerOptions;
  readonly #advisories: CurrentAdvisories;
  readonly #catalogue: BaseCatalogue;
  readonly #reader: FactsReader;

  constructor(options: ScannerOptions, advisories: CurrentAdvisories) {
    this.#options = options;
    this.#advisories = advisories;
    this.#catalogue = new BaseCatalogue(options.cacheDir);
    this.#reader = new FactsReader(new FactsCache(options.cacheDir));
  }

  /** Throws LayerError, ImageError, AdvisoriesError. */
  async scan(image: Image, progress?: LayerProgress): Promise<Report> {
    const found = await this.#catalogue.find(image);
    const spare = this.#spare(image, found?.layers ?? 0);
    const facts = await this.#reader.read(image, { progress, spare });
    const inventory = coalesce(facts, image.config, found?.base);
    const learned = learnedFromScan(facts, inventory);
    if (learned) await this.#catalogue.put(learned);
    // Loaded after the layers are read, so that their memory is free again.
    const advisories = await this.#advisories.load();
    const matches = match(inventory, advisories);
    const libraries = await findLibraries(inventory, this.#options.cacheDir);
    const findings = [...matches.findings, ...libraries.findings].sort(compareFindings);
    return buildReport({
      image,
      facts,
      inventory,
      findings: this.#options.guidance
        ? findings
        : findings.filter((finding) => finding.status !== 'advisory'),
      notices: [...matches.notices, ...libraries.notices],
      advisories,
      librariesFetchedAt: libraries.fetchedAt,
      now: new Date(),
    });
  }

  #spare(image: Image, known: number): ReadImageOptions['spare'] {
    const { quick, baseFromCatalog } = this.#options;
    if (quick) return { layers: image.layers.length, reason: '--quick reads none' };
    if (baseFromCatalog && known > 0) {
      return { layers: known, reason: 'the catalogue knows which Windows they are (--base-from-catalog)' };
    }
    return undefined;
  }
}
