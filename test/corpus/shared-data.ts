// Where the corpus tests find real documents and files, which are not part of the repository.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Real documents and sample files with their ground truth, beside the checkout. */
export const SHARED_DATA: string = resolve(import.meta.dirname, '../../../shared/data');

/** Whether they are there; corpus tests skip, and say so, when not. */
export const hasSharedData: boolean = existsSync(SHARED_DATA);
