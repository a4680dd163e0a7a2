/**
 * Which server a new connection goes to: a URL may name several, of which one takes writes (libpq's
 * `postgres://user:password@one:5432,two:5433/database?target_session_attrs=read-write`).
 */

export interface Server {
  /** Host and port, without user and password. */
  readonly name: string;
  readonly url: string;
}

/** What libpq knows and this server can use: it writes, so it wants the one that takes writes. */
const usableTargets: ReadonlySet<string> = new Set(["any", "primary", "read-write"]);

/** @throws {Error} that says what is wrong, without the password. */
export function serversOf(url: string): [Server, ...Server[]] {
  const parts = /^(postgres(?:ql)?:\/\/)(?:([^@/?#]*)@)?([^/?#]*)([^?#]*)(?:\?([^#]*))?/i.exec(url);
  if (parts === null) throw new Error("The database URL does not begin with postgres://.");
  const [, scheme = "", user, authority = "", path = "", query = ""] = parts;
  const parameters = new URLSearchParams(query);
  checkTarget(parameters.get("target_session_attrs"));
  checkTls(parameters.get("sslmode"));
  const hosts = hostsOf(authority, parameters);
  for (const name of ["target_session_attrs", "host", "port"])
    if (name === "target_session_attrs" || hosts.length > 1) parameters.delete(name);
  const rest = parameters.size > 0 ? `${path}?${parameters}` : path;
  const at = user === undefined ? "" : `${user}@`;
  const servers = hosts.map((host) => ({
    name: host === "" ? "its socket" : host,
    url: `${scheme}${at}${host}${rest}`,
  }));
  if (!servers.every(({ url }) => URL.canParse(url.replace("@/", "@socket/")))) throw new Error(unreadable);
  return servers as [Server, ...Server[]];
}

/** Says nothing of what is there: a password that was not escaped may stand anywhere. */
const unreadable =
  "The database URL cannot be read: it is postgres://USER:PASSWORD@HOST:PORT/DATABASE, with a port up to 65535. In a user or password write @ as %40, : as %3A, / as %2F, # as %23, ? as %3F and % as %25.";

const tlsModes: ReadonlySet<string> = new Set([
  ...["disable", "allow", "prefer", "require", "verify-ca", "verify-full", "no-verify"],
]);

/** The driver takes one that it does not know for none: everything would cross the network in clear. */
function checkTls(mode: string | null): void {
  if (mode === null || tlsModes.has(mode)) return;
  throw new Error(`The database URL has a sslmode that there is not; it can be ${[...tlsModes].join(", ")}.`);
}

function checkTarget(target: string | null): void {
  if (target === null || usableTargets.has(target)) return;
  throw new Error(
    `The database URL has target_session_attrs=${target}: this server writes, so it can use read-write, primary or any.`,
  );
}

/** Hosts stand where a URL has its host, or in the query, with as many ports or one for all. */
function hostsOf(authority: string, parameters: URLSearchParams): string[] {
  const inQuery = parameters.get("host")?.split(",") ?? [];
  const hosts = inQuery.length > 1 ? withPorts(inQuery, parameters.get("port")) : authority.split(",");
  if (hosts.length === 1) return hosts;
  for (const host of hosts) {
    const port = /^(?:\[[^\]]+\]|[^:[\]]+)(?::(.*))?$/.exec(host);
    if (port === null) throw new Error(`The database URL lists "${host}", which is not HOST or HOST:PORT.`);
    if (port[1] !== undefined && !(/^\d{1,5}$/.test(port[1]) && Number(port[1]) <= 65_535))
      throw new Error(`The database URL lists "${host}", whose port is not a number up to 65535.`);
  }
  return hosts;
}

function withPorts(hosts: readonly string[], listed: string | null): string[] {
  const ports = listed?.split(",") ?? [];
  if (ports.length > 1 && ports.length !== hosts.length)
    throw new Error(`The database URL lists ${hosts.length} hosts and ${ports.length} ports.`);
  return hosts.map((host, index) => {
    const port = ports[index] ?? ports[0];
    return port ? `${host}:${port}` : host;
  });
}

/** The server that new connections go to, until it takes none: then the next one, round and round. */
export class ServerChoice {
  readonly #servers: readonly [Server, ...Server[]];
  readonly #faults = new Map<Server, string>();
  #place = 0;

  constructor(servers: readonly [Server, ...Server[]]) {
    this.#servers = servers;
  }

  get count(): number {
    return this.#servers.length;
  }

  get current(): Server {
    return this.#servers[this.#place] as Server;
  }

  accepted(server: Server): void {
    this.#faults.delete(server);
  }

  /** Many connections may fail at once: the first of them moves on. */
  failed(server: Server, fault: string): void {
    this.#faults.set(server, fault);
    if (server === this.current) this.#place = (this.#place + 1) % this.count;
  }

  /** Returns what to say of a fault: of several servers what each of them said last. */
  describe(fault: string): string {
    if (this.count === 1) return fault;
    const each = this.#servers.map((one) => `${one.name}: ${this.#faults.get(one) ?? "not asked"}`);
    return `no server takes writes (${each.join("; ")})`;
  }
}
