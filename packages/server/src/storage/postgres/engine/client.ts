/** Owns what a connection of the pool is made of: a client that knows which of the servers it goes to. */

import pg from "pg";
import type { Server, ServerChoice } from "./servers.js";
import { clientSettings, type StartupOptions } from "./session.js";

/** A client that goes to the server that is chosen when it is made. */
export interface ServerClient extends pg.Client {
  readonly server: Server;
}

type Connected = ((error: Error) => void) | ((error: null, client: pg.Client) => void);

/** Returns the class of the pool's clients. */
export function clientOf(servers: ServerChoice, startupOptions: StartupOptions): new () => ServerClient {
  class ChosenClient extends pg.Client implements ServerClient {
    readonly server: Server;

    constructor(options?: pg.ClientConfig) {
      const server = servers.current;
      super({ ...options, ...clientSettings(server.url, startupOptions) });
      this.server = server;
    }

    override connect(): Promise<pg.Client>;
    override connect(done: Connected): void;
    override connect(done?: Connected): Promise<pg.Client> | undefined {
      // The pool gives a callback.
      if (done === undefined) return super.connect();
      super.connect((error: Error | null) => {
        if (error) servers.failed(this.server, error.message);
        (done as (error: Error | null, client: pg.Client) => void)(error, this);
      });
      return undefined;
    }
  }
  return ChosenClient as unknown as new () => ServerClient;
}
