/** Lists page by page. */

/**
 * What operators read, page by page; the places of pages stay good while rows come and go.
 * @typeParam T what is listed, oldest first unless the verb says otherwise.
 */
export interface Page<T> {
  readonly items: readonly T[];
  /** What to ask for the page behind it with; undefined at the end. */
  readonly next: string | undefined;
}

export interface PageQuery {
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}
