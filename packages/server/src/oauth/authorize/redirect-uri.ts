/** Redirect URIs: which may be registered, and which of them a request means (RFC 6749 §3.1.2, RFC 8252, RFC 9700 §2.1). */

import type { App } from "../../storage/port/records.js";
import { loopbackNames } from "../loopback.js";
import type { Profile } from "../profile/profile.js";
import { Refusal } from "../refusal.js";

/** Schemes that run or show something instead of calling an app. */
const dangerousSchemes = new Set([
  "javascript:",
  "data:",
  "vbscript:",
  "file:",
  "blob:",
  "about:",
  "ws:",
  "wss:",
  "ftp:",
  "mailto:",
]);

/** Parameters of the response itself: a callback URL that had one of its own would give the client two. */
const responseParameters = ["code", "state", "iss", "error", "error_description", "error_uri"];

/** What may be registered beside https, loopback and reversed domain names. */
export interface CallbackRules {
  /** Where `http` is good enough: a code must not cross a network in clear (RFC 9700 §2.6). @default "loopback" */
  readonly plainHttp?: "loopback" | "anywhere";
  /** Schemes without a dot, such as `cursor`: any program may claim one, so each is allowed by name, app by app. */
  readonly schemes?: readonly string[];
}

/** Returns what is wrong with a scheme that is to be allowed by name, or undefined if nothing is. */
export function faultInScheme(scheme: string): string | undefined {
  const known = dangerousSchemes.has(`${scheme}:`) || scheme === "http" || scheme === "https";
  if (known) return `the scheme ${scheme} cannot be allowed by name`;
  return /^[a-z][a-z0-9+.-]{1,30}$/.test(scheme)
    ? undefined
    : "a scheme is written in lower case, without a colon";
}

/** Returns what is wrong with a URL as a callback URL, or undefined if nothing is. */
export function faultInCallbackUrl(
  value: string,
  { plainHttp = "loopback", schemes = [] }: CallbackRules = {},
): string | undefined {
  if (/[\s\\]/.test(value) || [...value].some((c) => c < " " || c === "\x7f")) {
    return "a callback URL has no white space, backslash or control character";
  }
  // RFC 3986 §2: a URI is ASCII. What is not cannot be sent in a Location header either.
  if (/[^\x00-\x7f]/.test(value)) return "a callback URL is ASCII: percent-encode what is not";
  if (!URL.canParse(value)) return "it is not an absolute URL";
  const url = new URL(value);
  if (value.includes("#")) return "a callback URL has no fragment (RFC 6749 section 3.1.2)";
  if (url.username !== "" || url.password !== "") return "a callback URL has no user name or password";
  if (dangerousSchemes.has(url.protocol)) return `the scheme ${url.protocol} cannot be called back`;
  const web = url.protocol === "http:" || url.protocol === "https:";
  const scheme = url.protocol.slice(0, -1);
  if (!web && !scheme.includes(".") && !schemes.includes(scheme)) {
    return "a private-use scheme is a reversed domain name, such as com.example.app (RFC 8252 section 7.1)";
  }
  // The host stands in the page's content security policy, where other characters have a meaning.
  if (web && !/^([a-z0-9._-]+|\[[0-9a-f:.]+\])$/.test(url.hostname)) return "its host is not a host name";
  if (url.protocol === "http:" && plainHttp === "loopback" && !loopbackNames.has(url.hostname)) {
    return "a callback URL is https; http is for 127.0.0.1, [::1] and localhost (RFC 9700 section 2.6)";
  }
  const own = responseParameters.find((name) => url.searchParams.has(name));
  return own && `the parameter ${own} is the response's own`;
}

/**
 * Returns the redirect URI of an authorization request: the one it names, or the app's only one.
 * @throws {Refusal} `redirect_uri_mismatch`, `redirect_uri_required`.
 */
export function chooseRedirectUri(profile: Profile, app: App, requested: string | undefined): string {
  if (requested === undefined) {
    if (profile.redirectUriAtAuthorize === "required")
      throw new Refusal("redirect_uri_required", "each request must name its redirect_uri", "redirect_uri");
    if (app.callbackUrls.length === 1) return app.callbackUrls[0] as string;
    if (app.callbackUrls.length === 0)
      throw new Refusal(
        "redirect_uri_mismatch",
        "the app has no callback URL: it asks for no codes",
        "redirect_uri",
      );
    const detail = `the app has ${app.callbackUrls.length} callback URLs`;
    throw new Refusal("redirect_uri_required", detail, "redirect_uri");
  }
  const match = app.callbackUrls.some(
    (registered) => registered === requested || (profile.nativeApps && isSameLoopback(registered, requested)),
  );
  if (match) return requested;
  const detail = "redirect_uri is not, character for character, one of the app's callback URLs";
  throw new Refusal("redirect_uri_mismatch", detail, "redirect_uri");
}

/** A loopback address as text: which name it has, and all that is not the port. Other spellings are other addresses. */
const loopbackUrl = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::[1-9]\d{0,4})?((?:[/?].*)?)$/;

/**
 * RFC 8252 §7.3: a native app listens on whatever port it got; `localhost` is taken like the two addresses. All else
 * is compared character for character: what a parser makes of `..` or `0177.0.0.1` is not what was registered.
 */
function isSameLoopback(registered: string, requested: string): boolean {
  const [a, b] = [loopbackUrl.exec(registered), loopbackUrl.exec(requested)];
  return a !== null && b !== null && a[2] === b[2] && URL.canParse(requested);
}

/** Returns where a person goes with a redirect URI: a host, or a scheme, whose host would be the app's own choice. */
export function placeOf(redirectUri: string): string {
  const { protocol, host } = new URL(redirectUri);
  return protocol === "https:" || protocol === "http:" ? host : protocol;
}

/** Returns the redirect URI with the response's parameters added to its query (RFC 6749 §4.1.2). */
export function withParameters(
  redirectUri: string,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.append(name, value);
  const mark = redirectUri.indexOf("?");
  if (mark < 0) return `${redirectUri}?${query}`;
  const separated = mark === redirectUri.length - 1 || redirectUri.endsWith("&");
  return `${redirectUri}${separated ? "" : "&"}${query}`;
}
