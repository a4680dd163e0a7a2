/** Resource identifiers (RFC 8707 §2): which an app may be registered for. */

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
