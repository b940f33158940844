// Connects to the Clair that the configuration names.
import type { Logger } from '../../base/log.ts';
import type { UpstreamSettings } from '../configuration/upstream-settings.ts';
import { signToken } from '../tokens/sign-token.ts';
import { UpstreamClair } from './upstream-clair.ts';

/** `ca` is PEM. Nothing is asked yet. */
export function openUpstream(
  { url, psk }: UpstreamSettings,
  { ca, log }: { readonly ca?: string | undefined; readonly log: Logger },
): UpstreamClair {
  const token = psk && (() => signToken(psk.key, psk.issuer, new Date()));
  return new UpstreamClair({ url: url.href, ca, token, log });
}
