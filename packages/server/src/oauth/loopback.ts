/** The names under which a machine reaches itself, as the host name of a URL has them. */

export const loopbackNames: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);
