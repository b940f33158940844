// Why a document was not believed, as a predicate.
import type { RefusalReason } from '../advisories/guard.ts';

export const REFUSED_BECAUSE: Readonly<Record<RefusalReason, string>> = {
  empty: 'is served without any entry',
  older: 'is served with an older date than before',
  smaller: 'is served markedly smaller than before',
};
