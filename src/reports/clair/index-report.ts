// The index report: what was found in an image, or why it could not be read.
import type { ClairIndexReport, ClairState } from '../../model/clair.ts';
import type { IndexedImage } from '../../model/indexed-image.ts';
import type { RenderedBody } from '../../model/rendered-body.ts';
import { contentOf } from './content.ts';

/** What is needed of an indexed manifest. */
export interface ReportedManifest {
  readonly digest: string;
  readonly state: ClairState;
  /** Why, for `IndexError`; else `''`. */
  readonly err: string;
  /** Distinct, base first. */
  readonly layers: readonly string[];
}

function indexReport(manifest: ReportedManifest, image: IndexedImage | undefined): ClairIndexReport {
  return {
    ...contentOf(manifest.digest, image, manifest.layers),
    state: manifest.state,
    success: manifest.state === 'IndexFinished',
    err: manifest.err,
  };
}

export function renderIndexReport(manifest: ReportedManifest, image: IndexedImage | undefined): RenderedBody {
  const body = Buffer.from(JSON.stringify(indexReport(manifest, image)));
  return { plain: [body], plainBytes: body.length };
}
