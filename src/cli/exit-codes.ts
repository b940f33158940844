// What the exit code of the command means.

export const EXIT_OK = 0;
/** The command could not do what it was asked to. */
export const EXIT_ERROR = 1;
/** A report was made, and `--fail-on` names something that is in it. */
export const EXIT_GATE = 2;
/** There is no Windows in the image, or none we know: nothing was judged, which must not look like "clean". */
export const EXIT_NOT_JUDGED = 3;
