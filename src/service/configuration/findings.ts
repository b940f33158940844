// Collects what is wrong or odd in a configuration, so that all of it is told at once and with its place.
import { ConfigurationError } from './configuration-error.ts';
import { formatPlace, type Path, type Place, type Places } from './places.ts';

/** A file of another program has as many faults as lines; nobody reads them all. */
const MAX_SHOWN = 20;

interface Fault {
  readonly place: Place | undefined;
  readonly message: string;
}

export class Findings {
  readonly #places: Places;
  readonly #faults: Fault[] = [];
  readonly #warnings: string[] = [];

  constructor(places: Places) {
    this.#places = places;
  }

  /** Sentences for the log, each with its place. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  fault(path: Path, message: string): void {
    this.#faults.push({ place: this.#places.find(path), message });
  }

  warn(path: Path, message: string): void {
    this.#warnings.push(placed(this.#places.find(path), message));
  }

  /** Throws ConfigurationError `INVALID` when a fault was found. */
  throwIfAny(): void {
    const [first] = this.#faults;
    if (!first) return;
    const lines = [...this.#faults].sort(byPlace).map(({ place, message }) => placed(place, message));
    if (lines.length === 1) throw new ConfigurationError('INVALID', lines[0]!);
    const shown = lines.slice(0, MAX_SHOWN).map((line) => `  ${line}`);
    const rest = lines.length > MAX_SHOWN ? [`  and ${lines.length - MAX_SHOWN} more`] : [];
    const message = [`the configuration has ${lines.length} faults:`, ...shown, ...rest].join('\n');
    throw new ConfigurationError('INVALID', message);
  }
}

function placed(place: Place | undefined, message: string): string {
  return place ? `${formatPlace(place)}: ${message}` : message;
}

function byPlace(a: Fault, b: Fault): number {
  if (!a.place || !b.place || a.place.file !== b.place.file) return 0;
  return a.place.line - b.place.line || a.place.column - b.place.column;
}
