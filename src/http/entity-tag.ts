// Entity tags and conditional requests, in Clair's narrow reading of them.

/** `state` as a header. */
export function entityTag(state: string): string {
  return `"${state}"`;
}

/**
 * Whether the client has `tag` already. One value a line, compared as it stands: no lists, no `*`, no weak tags. A POST with
 * a match is refused without indexing, so reading more into the header than Clair does would lose images.
 */
export function clientHas(lines: readonly string[], tag: string): boolean {
  return lines.includes(tag);
}
