/** Telling a request that a person made from one that a browser or a router makes in advance. */

/** Request headers, as Node or as the Fetch API has them. */
export type RequestHeaders =
  | {
      /** The value of a header. */
      get(name: string): string | null;
    }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

const purposeHeaders = ["sec-purpose", "purpose", "x-purpose", "x-moz"];
const routerHeaders = ["next-router-prefetch", "next-router-segment-prefetch"];

/**
 * Whether a request only prefetches: by the headers of browsers (`Sec-Purpose`, `Purpose`, `X-Moz`) and of the Next router.
 * A route that begins a login should refuse it, with 503 and `Cache-Control: no-store`: nobody clicked yet, and each
 * beginning sets a cookie.
 */
export function isPrefetch(headers: RequestHeaders): boolean {
  const headerOf = (name: string) =>
    typeof headers.get === "function"
      ? headers.get(name)
      : (headers as Readonly<Record<string, string | undefined>>)[name];
  return (
    purposeHeaders.some((name) => /prefetch|prerender|preview/i.test(String(headerOf(name)))) ||
    routerHeaders.some((name) => (headerOf(name) ?? undefined) !== undefined)
  );
}
