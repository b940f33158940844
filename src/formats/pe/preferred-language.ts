// Decides between the languages a resource comes in.

const US_ENGLISH = 0x0409;
const NEUTRAL = 0;
const ENGLISH = 0x09;
const PRIMARY_LANGUAGE_MASK = 0x3ff;

/**
 * The candidate whose Windows language identifier comes first: US English, neutral, other English, then the lowest
 * number; the earlier one where two are equal. Advisories name products in English.
 */
export function preferLanguage<T>(candidates: readonly T[], languageOf: (item: T) => number): T | undefined {
  let best: T | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const rank = rankOf(languageOf(candidate));
    if (rank < bestRank) {
      best = candidate;
      bestRank = rank;
    }
  }
  return best;
}

/** Less is better. */
function rankOf(language: number): number {
  if (language === US_ENGLISH) return -3;
  if (language === NEUTRAL) return -2;
  return (language & PRIMARY_LANGUAGE_MASK) === ENGLISH ? -1 : language;
}
