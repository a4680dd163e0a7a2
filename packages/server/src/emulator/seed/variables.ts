/** `${NAME}` in a seed file: the environment's value, so that a secret need not be in the file. */

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the text with its variables replaced: `${NAME}`, `${NAME:-otherwise}`, and `$${` for a plain `${`.
 * Anything else after `${` is a fault, as is a name that is not set.
 */
export function replaceVariables(
  text: string,
  environment: Environment,
): { readonly text: string } | { readonly fault: string } {
  let fault: string | undefined;
  const replaced = text.replace(
    /\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?/g,
    (found, name: string | undefined, otherwise: string | undefined) => {
      if (found === "$${") return "${";
      if (name === undefined) {
        fault = `\${ begins a variable such as \${NAME} or \${NAME:-otherwise}; write $\${ for the characters themselves`;
        return found;
      }
      const value = environment[name] || otherwise;
      if (value === undefined) fault = `the environment variable ${name} is not set`;
      return value ?? found;
    },
  );
  return fault === undefined ? { text: replaced } : { fault };
}
