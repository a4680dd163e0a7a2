/** The regression that is planted to try the guard: where it goes, and what it does. */

const head = "export async function openAccess(context: AccessContext, token: string): Promise<Access> {\n";

export const slowed = {
  file: "packages/server/src/oauth/tokens/access.ts",

  /**
   * Returns the source with some microseconds of work at the head of each check of an access token.
   * @param {string} source @param {number} microseconds
   * @throws {Error} if it has no such check.
   */
  with(source, microseconds) {
    if (!source.includes(head)) throw new Error("there is no openAccess to slow down");
    const work = `  for (const end = performance.now() + ${microseconds / 1000}; performance.now() < end; );\n`;
    return source.replace(head, head + work);
  },
};
