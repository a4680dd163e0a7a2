/** Which pages may embed those of an app. */

import type { HttpContext } from "../../../http/context.js";
import type { Documents } from "../documents.js";

/** The page that embeds is on a domain of the app, below one, or where the app's callbacks are. */
export async function isAppsOwn(
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
