// One step of the schema.

export interface Migration {
  /** Its place in the order, beginning with 1; never reused. */
  readonly number: number;
  /** Like its file, without the number. */
  readonly name: string;
  /** Run one after the other in the transaction that records the step; never edited once released. */
  readonly statements: readonly string[];
}
