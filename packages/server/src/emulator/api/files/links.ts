/** Addresses from which a file can be fetched without credentials, for a time (`files_as_file_url`). */

import type { Download } from "./documents.js";

/** Where the addresses are, below the host. */
export const linkPath = "/files/download";
/** How long an address works; the live time is not known. */
export const linkMilliseconds = 3 * 86_400_000;
/** Most addresses kept; the oldest goes first. */
const mostLinks = 1000;

export interface FileLink {
  readonly expiresAt: number;
  readonly make: () => Download;
  readonly asAttachment: boolean;
}

export class FileLinks {
  #links = new Map<string, FileLink>();

  /** @param token not to be guessed. */
  add(token: string, link: FileLink): void {
    this.#links.set(token, link);
    if (this.#links.size > mostLinks) this.#links.delete(this.#links.keys().next().value as string);
  }

  /** Returns the link unless it is unknown or past its time. */
  find(token: string, now: number): FileLink | undefined {
    const link = this.#links.get(token);
    return link !== undefined && now < link.expiresAt ? link : undefined;
  }

  state(): ReadonlyMap<string, FileLink> {
    return new Map(this.#links);
  }

  restore(state: ReadonlyMap<string, FileLink> = new Map()): void {
    this.#links = new Map(state);
  }
}
