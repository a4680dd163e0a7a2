/** Where events may be posted: any http or https address, since nobody is redirected there and no code goes with it. */

/** Returns what is wrong with a URL as an event callback, or undefined if nothing is. */
export function faultInEventUrl(value: string): string | undefined {
  if (/[^\x21-\x7e]|\\/.test(value))
    return "an event callback URL is printable ASCII without spaces or backslashes";
  if (!URL.canParse(value)) return "it is not an absolute URL";
  const url = new URL(value);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return `events are posted over http or https, not ${url.protocol.slice(0, -1)}`;
  if (value.includes("#")) return "an event callback URL has no fragment: it would not be sent";
  if (url.username !== "" || url.password !== "") return "an event callback URL has no user name or password";
  return undefined;
}
