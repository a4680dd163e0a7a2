/** Which pages may embed those of an app. */

import type { HttpContext } from "../../../http/context.js";
import type { Documents } from "../documents.js";
import type { Input } from "../input.js";

/** What is to be shown in a page, as that page's domain is judged by. */
export interface Shown {
  readonly clientId: string;
  /** A test may be shown anywhere, where the query says so. */
  readonly testMode: boolean;
}

/** Whether a page of this origin may show it. @throws {ApiFault} for a query that cannot be read. */
export async function mayEmbed(
  context: HttpContext,
  documents: Documents,
  { clientId, testMode }: Shown,
  { query, parentOrigin }: { readonly query: Input; readonly parentOrigin: string | undefined },
): Promise<boolean> {
  if (query.flag("skip_domain_verification") && testMode) return true;
  return isAppsOwn(context, documents, clientId, parentOrigin);
}

/** The page that embeds is on a domain of the app, below one, or where the app's callbacks are. */
async function isAppsOwn(
  context: HttpContext,
  documents: Documents,
  clientId: string,
  origin: string | undefined,
): Promise<boolean> {
  if (origin === undefined) return false;
  const app = await context.storage.findApp(clientId);
  const hosts = (app?.callbackUrls ?? [])
    .filter((url) => URL.canParse(url))
    .map((url) => new URL(url).hostname);
  const { hostname } = new URL(origin);
  const domains = documents.app(clientId)?.domains ?? [];
  return hosts.includes(hostname) || domains.some((one) => hostname === one || hostname.endsWith(`.${one}`));
}

export function originOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol, origin } = new URL(url);
  return protocol === "http:" || protocol === "https:" ? origin : undefined;
}
