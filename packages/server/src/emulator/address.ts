/** Where an emulator listens, and what is wrong when it cannot. */

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Returns the URL without a trailing slash. A wildcard address is reached by loopback. */
export function baseUrl(scheme: "http" | "https", { host, port }: Address): string {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `${scheme}://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

/** Returns the fault in words where it is a known one. */
export function listenFault(error: unknown, { host, port }: Address): unknown {
  const { code, port: taken = port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === "EADDRINUSE")
    return new Error(`Port ${taken} on ${host} is in use. Choose another with --port.`);
  if (code === "EACCES")
    return new Error(`Port ${taken} on ${host} may not be used by this user. Choose one above 1023.`);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return new Error(`${host} is not a name that resolves on this machine. Try --host 127.0.0.1.`);
  if (code === "EADDRNOTAVAIL" || code === "EINVAL")
    return new Error(`${host} is not an address of this machine. Try --host 127.0.0.1.`);
  return error;
}
