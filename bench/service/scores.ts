// Prints what was measured, and remembers what missed its mark.

export class Scores {
  #missed = 0;

  get missed(): number {
    return this.#missed;
  }

  tell(line: string): void {
    console.log(line);
  }

  /** `reference` was measured in the same run on the same machine. */
  atLeast(
    what: string,
    value: number,
    mark: number,
    unit: string,
    reference?: { name: string; value: number },
  ): void {
    this.#print(what, value, `at least ${mark}`, unit, value >= mark, reference);
  }

  limit(
    what: string,
    value: number,
    mark: number,
    unit: string,
    reference?: { name: string; value: number },
  ): void {
    this.#print(what, value, `at most ${mark}`, unit, value <= mark, reference);
  }

  #print(
    what: string,
    value: number,
    mark: string,
    unit: string,
    isMet: boolean,
    reference: { name: string; value: number } | undefined,
  ): void {
    if (!isMet) this.#missed++;
    const against = reference
      ? `; ${reference.name}: ${shown(reference.value)} ${unit}; ratio ${(value / reference.value).toFixed(2)}`
      : '';
    console.log(`${isMet ? 'met   ' : 'MISSED'} ${what}: ${shown(value)} ${unit} (${mark})${against}`);
  }
}

function shown(value: number): string {
  return value >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString('en') : value.toFixed(2);
}
