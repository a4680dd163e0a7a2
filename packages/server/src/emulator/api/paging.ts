/** Pages of a list, as every list of the API has them. */

import type { Input } from "./input.js";

export interface Page {
  readonly page: number;
  readonly pageSize: number;
}

/** @throws {ApiFault} outside of what the description allows. */
export function readPage(query: Input): Page {
  return {
    page: query.optionalInteger("page", 1, 1_000_000) ?? 1,
    pageSize: query.optionalInteger("page_size", 1, 100) ?? 20,
  };
}

/** Returns one page of the items with the `list_info` that goes with it. */
export function paged<T>(items: readonly T[], { page, pageSize }: Page) {
  return {
    items: items.slice((page - 1) * pageSize, page * pageSize),
    list_info: {
      page,
      page_size: pageSize,
      num_results: items.length,
      num_pages: Math.max(1, Math.ceil(items.length / pageSize)),
    },
  };
}
