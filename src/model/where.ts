// Where the vulnerable code of a finding runs, seen from the container.

/**
 * - `image`: user-mode code that this image has.
 * - `host`: the kernel and what is below it: with process isolation the host's own update decides.
 * - `absent`: the image has none of the component's files.
 * - `unknown`: not decided, because the component is not in the table or the image was not read whole.
 */
export type WhereClass = 'image' | 'host' | 'absent' | 'unknown';

export const WHERE_CLASSES: readonly WhereClass[] = ['image', 'unknown', 'host', 'absent'];

export interface Where {
  readonly class: WhereClass;
  /** One sentence without its full stop. */
  readonly reason: string;
}
