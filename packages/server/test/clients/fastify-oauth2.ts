/** @fastify/oauth2, in a Fastify server that takes requests without a port. */

import oauthPlugin, { type FastifyOAuth2Options, type OAuth2Namespace } from "@fastify/oauth2";
import fastify from "fastify";
import type { Client } from "./client.js";

const origin = "https://web.example.com";

export const fastifyOauth2: Client = {
  name: "@fastify/oauth2",
  callbackUrl: `${origin}/login/callback`,
  ways: {
    standard: {
      set: { scope: [] },
      why: "without it, it asks for the scope `undefined`",
      refused: "scope_exceeds_app",
    },
    "dropbox-sign": {
      set: { ownStart: true, credentials: { options: { authorizationMethod: "body" } } },
      words:
        '`authorizationMethod: "body"` and a start route that takes `scope` out of `generateAuthorizationUri`',
      why: "HTTP Basic is not read and any `scope` refused, as live; it always sends one",
      refused: "scope_unsupported",
    },
  },
  async drive(house, { credentials, ownStart, ...settings }) {
    const { origin: tokenHost } = new URL(house.tokenUrl);
    const endpoints = { tokenHost, tokenPath: "/oauth/token", authorizePath: "/oauth/authorize" };
    const app = fastify();
    await app.register(oauthPlugin, {
      ...{ name: "countersign", callbackUri: house.callbackUrl },
      ...(ownStart === undefined && { startRedirectPath: "/login" }),
      credentials: {
        client: { id: house.clientId, secret: house.clientSecret },
        ...(!house.metadata && { auth: endpoints }),
        ...(credentials as object | undefined),
      },
      ...(house.metadata && { discovery: { issuer: house.issuer } }),
      ...settings,
    } as FastifyOAuth2Options);
    const { countersign } = app as unknown as { countersign: OAuth2Namespace };
    if (ownStart !== undefined)
      app.get("/login", async (request, reply) => {
        const url = new URL(await countersign.generateAuthorizationUri(request, reply));
        url.searchParams.delete("scope");
        return reply.redirect(url.href);
      });
    app.get("/login/callback", async (request, reply) => {
      const first = await countersign.getAccessTokenFromAuthorizationCodeFlow(request, reply);
      return (await countersign.getNewAccessTokenUsingRefreshToken(first.token, {})).token;
    });
    const start = await app.inject("/login");
    const callback = await house.consent(String(start.headers.location));
    const cookies = Object.fromEntries(start.cookies.map(({ name, value }) => [name, value]));
    const answer = await app.inject({ url: callback.pathname + callback.search, cookies });
    const token = answer.json();
    const revoke = () => countersign.revokeToken(token, "access_token", undefined);
    return { accessToken: token.access_token, revoke: house.metadata ? revoke : undefined };
  },
};
