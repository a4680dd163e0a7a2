/** The port of a token store: what `TokenKeeper` needs of a place to keep tokens, and nothing more. */

/** An entry as it is stored. A version of 0 and no value means that there never was one. */
export interface StoredEntry {
  version: number;
  /** Opaque text. Undefined when there is none, or when it was removed. */
  value: string | undefined;
}

/**
 * Two verbs, each one atomic act. The version counts every write of an entry, removals included: it is the fencing
 * number that stops a late writer. A store knows nothing of tokens, leases or time.
 */
export interface TokenStore {
  /**
   * The entry as the last successful write left it, whichever process wrote it.
   *
   * @throws {UnreadableEntryError} with the version of an entry that the store cannot make sense of, so that it can be replaced.
   */
  read(key: string): Promise<StoredEntry>;
  /**
   * True when the entry's version was `expectedVersion`; it is then `expectedVersion + 1`, the value is durable as far as the
   * store can make it, and no other writer that expected the same version gets true. False when nothing was written.
   * An undefined value removes the text and keeps the count. A throw leaves open which of the two happened.
   */
  write(key: string, expectedVersion: number, value: string | undefined): Promise<boolean>;
}
