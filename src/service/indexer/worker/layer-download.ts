// The bytes of a posted layer, over as many connections as it takes.
import { ImageError } from '../../../images/image-error.ts';
import type { Trust } from '../../../images/network/address-policy.ts';
import { discard, type HttpAnswer, type HttpClient } from '../../../images/network/http-client.ts';
import { shownHost } from '../../../images/network/http-failure.ts';
import { resumedDownload } from '../../../images/network/resumed-download.ts';
import type { ClairLayer } from '../../../model/clair.ts';

/** Says what is wanted, not who asks: no harm in telling the next host. */
const COMMON_HEADERS = new Set(['accept', 'user-agent']);

export interface LayerDownloadOptions {
  readonly http: HttpClient;
  /** Of whoever posted the address. */
  readonly trust: Trust;
  readonly signal: AbortSignal;
}

/**
 * The request goes out with the first chunk that is asked for. What comes is not compared with the digest here. Throws
 * ImageError; the abort reason passes through.
 */
export async function* downloadLayer(
  { hash, uri, headers }: ClairLayer,
  { http, trust, signal }: LayerDownloadOptions,
): AsyncGenerator<Uint8Array> {
  if (uri === '')
    throw new ImageError('BLOB_MISSING', `the manifest gives no address for ${shortDigest(hash)}`);
  const url = new URL(uri);
  const sent = Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.join(', ')]));
  const ownHeaders = Object.keys(sent).filter((name) => !COMMON_HEADERS.has(name));
  const open = async (offset: number): Promise<HttpAnswer> => {
    const range = offset > 0 ? { range: `bytes=${offset}-` } : {};
    const answer = await http.send({ url, headers: { ...sent, ...range }, ownHeaders, trust, signal });
    if (answer.status === 200 || (answer.status === 206 && offset > 0)) return answer;
    await discard(answer);
    throw refusal(answer);
  };
  yield* resumedDownload({ open, offset: 0, sizeBytes: 0 });
}

/** `layer sha256:0123456789ab from host`: enough to find it, and nothing that is signed. */
export function shownLayer({ hash, uri }: ClairLayer): string {
  const host = URL.canParse(uri) ? ` from ${shownHost(new URL(uri))}` : '';
  return `layer ${shortDigest(hash)}${host}`;
}

function shortDigest(digest: string): string {
  return digest.slice(0, digest.indexOf(':') + 13);
}

function refusal({ status, url }: HttpAnswer): ImageError {
  const host = shownHost(url);
  if (status === 404 || status === 410) {
    return new ImageError('BLOB_MISSING', `${host} does not have it (HTTP ${status})`);
  }
  if (status === 401 || status === 403) {
    const advice = 'the token or signature in the posted address may have expired; post the manifest again';
    return new ImageError('UNAUTHORIZED', `${host} refuses it (HTTP ${status}); ${advice}`);
  }
  // Stores say by 400 too that a signature has expired.
  return new ImageError('UNREACHABLE', `${host} answers HTTP ${status}; post the manifest again`);
}
