/** @fastify/oauth2 with Countersign or the live service, and a TokenKeeper of @countersign/sdk that keeps what it brings. */

import oauth from "@fastify/oauth2";

/** Adds `/login` and its callback, for `countersign serve`: the endpoints and PKCE come from the issuer's metadata. */
export async function countersign(app, { issuer, client, callbackUri, keeper, userOf }) {
  await app.register(oauth, {
    name: "countersign",
    // Left out, the plugin would ask for a scope named "undefined".
    scope: [],
    credentials: { client },
    discovery: { issuer },
    startRedirectPath: "/login",
    callbackUri,
  });
  answerCallback(app, app.countersign, { callbackUri, keeper, userOf });
}

/** The same for the live service and `countersign dev`: no metadata, no HTTP Basic, and a start that sends no scope. */
export async function dropboxSign(app, { url, client, callbackUri, keeper, userOf }) {
  await app.register(oauth, {
    name: "dropboxSign",
    credentials: {
      client,
      auth: { tokenHost: url, tokenPath: "/oauth/token", authorizePath: "/oauth/authorize" },
      options: { authorizationMethod: "body" },
    },
    callbackUri,
  });
  app.get("/login", async (request, reply) => {
    const address = new URL(await app.dropboxSign.generateAuthorizationUri(request, reply));
    address.searchParams.delete("scope");
    return reply.redirect(address.href);
  });
  answerCallback(app, app.dropboxSign, { callbackUri, keeper, userOf });
}

function answerCallback(app, plugin, { callbackUri, keeper, userOf }) {
  app.get(new URL(callbackUri).pathname, async (request, reply) => {
    // The person said no, or the request was refused: there is no code.
    if (request.query.error !== undefined) return reply.code(403).send({ error: request.query.error });
    const { token } = await plugin.getAccessTokenFromAuthorizationCodeFlow(request, reply);
    await keeper.save(userOf(request), {
      accessToken: token.access_token,
      refreshToken: token.refresh_token,
      tokenType: "Bearer",
      expiresIn: token.expires_in,
    });
    return reply.redirect("/");
  });
}
