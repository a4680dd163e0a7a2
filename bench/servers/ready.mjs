/** What the servers of the bench say to the process that started them. */

/**
 * Listens, says on which port, and prepares load when asked to, in one commit of the store.
 * @param {import("node:http").Server} server
 * @param {{ begin(): void, end(): void | Promise<void> }} store
 * @param {(wanted: { operation: string, count: number }) => Promise<object>} prepare
 */
export function serveBench(server, store, prepare) {
  server.keepAliveTimeout = 72_000;
  process.on("message", (wanted) => {
    store.begin();
    prepare(wanted)
      .finally(() => store.end())
      .then(
        (result) => process.send({ result }),
        (error) => process.send({ error: String(error?.stack ?? error) }),
      );
  });
  process.on("disconnect", () => process.exit());
  server.listen(0, "127.0.0.1", () => process.send({ result: { port: server.address().port } }));
}

export const redirectUri = "https://app.example.com/callback";
/** RFC 7636, appendix B. */
export const codeVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
export const codeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/** Returns the load of an operation: the same requests for every server. */
export function loadFor(operation, { tokenPath, accountPath, clientId, clientSecret, values, proof }) {
  if (operation === "bearer check") {
    const headers = { authorization: "Bearer {value}" };
    return { method: "GET", path: accountPath, headers, values, proof };
  }
  const form = { client_id: clientId, client_secret: clientSecret };
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const load = { method: "POST", path: tokenPath, headers, values, proof: '"access_token":"' };
  if (operation === "code exchange") {
    Object.assign(form, { redirect_uri: redirectUri, code_verifier: codeVerifier });
    const body = `grant_type=authorization_code&${new URLSearchParams(form)}&code=`;
    return { ...load, body, once: true };
  }
  const body = `grant_type=refresh_token&${new URLSearchParams(form)}&refresh_token=`;
  return { ...load, body, follow: operation === "refresh, rotating" };
}
