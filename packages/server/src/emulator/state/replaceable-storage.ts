/** A storage whose whole content can be replaced while the server that uses it runs. */

import type { Storage } from "../../storage/port/storage.js";
import type { SqliteStorage } from "../../storage/sqlite/sqlite-storage.js";
import { type Dump, restoreDump, takeDump } from "./dump.js";

export interface ReplaceableStorage extends Storage {
  dump(): Dump;
  /** Replaces every row; acts that were accepted before are over by then. */
  replace(dump: Dump): Promise<void>;
}

/** @param open opens the same file each time, or a new memory. */
export function replaceableStorage(open: () => SqliteStorage): ReplaceableStorage {
  let current = open();
  const own = {
    dump: () => takeDump(current.database),
    replace: async (dump: Dump) => {
      // Without a pause in between, so that no request meets a closed file; opened anew, since the adapter keeps
      // parsed rows by a revision that goes back here.
      const closed = current.close();
      current = open();
      restoreDump(current.database, dump);
      await closed;
    },
  };
  return new Proxy(own as ReplaceableStorage, {
    get: (target, name) =>
      name in target ? target[name as keyof typeof own] : current[name as keyof SqliteStorage],
  });
}
