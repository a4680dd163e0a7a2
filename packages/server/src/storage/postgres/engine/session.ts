/** What every connection has in common: how it is opened, and what is checked of it before it is used. */

import pg from "pg";
import { StorageUnavailable } from "../../port/storage.js";

const settings: Readonly<Record<string, string>> = {
  // Durable, then answered: a success is on disk, whatever the server's default is.
  synchronous_commit: "on",
  // Every statement finds few rows by an index. A plan that was made and kept while a table was small, or before it
  // was analyzed, must do so too: a scan of a table that has grown meanwhile is 30 times slower.
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
};

/** Whether settings are sent when connecting. Some poolers refuse them; the role or database must have them then. */
export type StartupOptions = "sent" | "none";

const bigintType = 20;

/** Returns how to connect. Times fit a double, so 64-bit integers come as numbers. */
export function clientSettings(url: string, startupOptions: StartupOptions = "sent"): pg.ClientConfig {
  return {
    ...(startupOptions === "none" ? { connectionString: url } : withSettings(url)),
    application_name: "countersign",
    keepAlive: true,
    types: {
      getTypeParser: (oid, format) =>
        (oid as number) === bigintType ? Number : pg.types.getTypeParser(oid, format as "text"),
    },
  };
}

/** The driver lets `options` of the URL replace any other, so ours go behind what the URL has. */
function withSettings(url: string): pg.ClientConfig {
  const ours = Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(" ");
  if (!/[?&]options=/.test(url)) return { connectionString: url, options: ours };
  const whole = new URL(url);
  whole.searchParams.set("options", `${whole.searchParams.get("options")} ${ours}`);
  return { connectionString: whole.href };
}

/** What a server says of itself and of the connection. */
export interface Session {
  /** It follows another server: it cannot be written to, and what it says may be out of date. */
  readonly standby: boolean;
  readonly readOnly: boolean;
  /** Its clock, in milliseconds since the epoch. */
  readonly at: number;
  /** Sentences on settings that are not as they should be. */
  readonly unset: readonly string[];
}

const described = [...Object.keys(settings), "statement_timeout", "transaction_read_only"];
const columns = described.map((name) => `current_setting('${name}') AS ${name}`).join(", ");
const clock = "(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS at";

/** Returns the clock of the server, in milliseconds since the epoch. */
export const clockStatement = { name: "ping", text: `SELECT ${clock}` };

export async function inspect(client: pg.ClientBase): Promise<Session> {
  const { rows } = await client.query(`SELECT pg_is_in_recovery() AS standby, ${clock}, ${columns}`);
  const [row] = rows;
  const wrong = Object.entries(settings).filter(([name, value]) => row[name] !== value);
  const unset = wrong.map(([name, value]) => `${name} is ${row[name]}, not ${value}`);
  if (row.statement_timeout === "0") unset.push("statement_timeout is 0: a slow statement is not ended");
  return { standby: row.standby, readOnly: row.transaction_read_only === "on", at: row.at, unset };
}

/** Returns why a server must not be used, or undefined if it may. */
export function faultOfServer({ standby, readOnly }: Session, others: boolean): string | undefined {
  if (standby) return "it is a standby, which takes no writes and may be behind";
  // Reads are right on the only one there is.
  return readOnly && others ? "it is read-only" : undefined;
}

export function readOnlyServer(fault: string): StorageUnavailable {
  return new StorageUnavailable(`PostgreSQL: ${fault}`, { condition: "read-only" });
}
