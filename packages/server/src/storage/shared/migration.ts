/** One numbered step of a schema. */

export interface Migration {
  readonly version: number;
  readonly title: string;
  readonly sql: string;
}
