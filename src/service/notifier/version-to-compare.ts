// Which of the versions that are kept stands for the one whose changes were told last.

/**
 * That one, if it is kept. When somebody removed it alone, the newest before it: some changes are told twice, none is
 * lost. When everything up to it is gone, the oldest that is left. `undefined` when there are none.
 */
export function versionToCompare(
  kept: readonly { readonly id: number }[],
  processed: number,
): number | undefined {
  const ids = kept.map(({ id }) => id).sort((a, b) => a - b);
  return ids.findLast((id) => id <= processed) ?? ids[0];
}
