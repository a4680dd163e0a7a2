/** Owns what is worked out of the same few texts again and again. */

const most = 1000;

/**
 * Returns a function that works out what follows from a text once, for as long as no more than a thousand others have
 * been asked for: whoever sends ever new ones makes it forget, and costs no memory.
 * @param make must depend on the text alone; what it returns is shared, so nobody may change it.
 */
export function remembering<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = make(text);
    if (known.size >= most) known.clear();
    known.set(text, made);
    return made;
  };
}
