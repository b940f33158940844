// Reads nothing but the key of a service from its configuration, for those who talk to it.
import { type PskSettings, readAuth } from './auth-settings.ts';
import { loadDocument } from './configuration-document.ts';
import { Findings } from './findings.ts';
import { Section } from './section.ts';

/**
 * `undefined` when there is none. Whatever else is in the file, and may be meant for another version or mode, is not
 * judged. Throws ConfigurationError.
 */
export async function readPsk(path: string): Promise<PskSettings | undefined> {
  const { value, places } = await loadDocument(path);
  const findings = new Findings(places);
  const auth = new Section(value, [], findings).section('auth');
  const psk = readAuth(auth);
  auth.finish();
  findings.throwIfAny();
  return psk;
}
