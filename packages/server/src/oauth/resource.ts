/** Resource identifiers (RFC 8707 §2): which an app may be registered for, and which of them a request means. */

/** Most resources of one app: a token says which one it is for in one byte. */
const mostResources = 100;

/** Returns what is wrong with an app's resources, or undefined if nothing is. */
export function faultInResources(resources: readonly string[]): string | undefined {
  if (resources.length > mostResources) return `an app has at most ${mostResources} resources`;
  if (new Set(resources).size !== resources.length) return "a resource is listed twice";
  const wrong = resources.find((uri) => !isResource(uri));
  if (wrong === undefined) return undefined;
  return `${wrong}: a resource is an absolute URI without a fragment (RFC 8707 §2)`;
}

function isResource(uri: string): boolean {
  return /^[\x21-\x7e]+$/.test(uri) && !uri.includes("#") && URL.canParse(uri);
}

/**
 * Returns which of the registered resources a request means: the one of the same characters, or else one that differs
 * in nothing but the case of scheme and host, a default port or a slash at the end. Libraries normalise what they send.
 */
export function sameResource(registered: readonly string[], asked: string): string | undefined {
  if (registered.includes(asked)) return asked;
  const normal = normalised(asked);
  return normal === undefined ? undefined : registered.find((resource) => normalised(resource) === normal);
}

/** RFC 3986 §6.2.2.1 and §6.2.3, and no more: dot segments and percent-encoding stay. Undefined where nothing varies. */
function normalised(uri: string): string | undefined {
  const parts = /^(https?):\/\/([^/?#@]+)([^?#]*)(\?[^#]*)?$/i.exec(uri);
  if (parts === null) return undefined;
  const [, scheme = "", host = "", path = "", query = ""] = parts;
  const defaultPort = scheme.toLowerCase() === "https" ? /:443$/ : /:80$/;
  return `${scheme}://${host.replace(defaultPort, "")}`.toLowerCase() + path.replace(/\/$/, "") + query;
}
