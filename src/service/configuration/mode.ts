// Which parts of the service a process runs.

export const MODES = ['combo', 'indexer', 'matcher', 'notifier'] as const;

/** `combo`: all of them. The updater runs where the matcher does. */
export type Mode = (typeof MODES)[number];

/** Case does not matter; `undefined` for what is no mode. */
export function parseMode(text: string): Mode | undefined {
  return MODES.find((mode) => mode === text.trim().toLowerCase());
}
