// What the exit code of the command means; 2 is kept for gates ("fail on").

export const EXIT_OK = 0;
/** The command could not do what it was asked to. */
export const EXIT_ERROR = 1;
/** There is no Windows in the image, or none we know: nothing was judged, which must not look like "clean". */
export const EXIT_NOT_JUDGED = 3;
