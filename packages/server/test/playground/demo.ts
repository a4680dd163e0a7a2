/** A server with the playground and a token endpoint that plays its part: no more of OAuth than the playground needs. */

import { randomBytes } from "node:crypto";
import fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { emulatorAssets } from "../../src/emulator/pages/assets.js";
import { type PlaygroundDependencies, registerPlayground } from "../../src/emulator/playground/register.js";
import { stylesheet } from "../../src/pages/assets.js";
import type { Page } from "../../src/pages/layout.js";

export const demoClient = {
  clientId: "cc91c61d00f8bb2ece1428035716b",
  clientSecret: "1d14434088507ffa390e6f5528465",
  name: "Demo app",
};

export const contentSecurityPolicy =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

export interface Demo {
  server: FastifyInstance;
  base: string;
  /** Bodies that the token endpoint received. */
  received: Record<string, unknown>[];
  /** Whether the person says no. */
  denies: boolean;
}

export async function startDemo(changes: Partial<PlaygroundDependencies> = {}): Promise<Demo> {
  const server = fastify();
  server.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_, body, done) =>
    done(null, new URLSearchParams(String(body))),
  );
  const demo: Demo = { server, base: "", received: [], denies: false };
  const callbackUrl = () => `${demo.base}/playground/callback`;
  registerPlayground(server, {
    player: async () => ({ ...demoClient, callbackUrl: callbackUrl(), namesCallback: false }),
    connect: {
      apps: async () => [{ ...demoClient, callbackUrls: [callbackUrl()] }],
      register: async () => undefined,
    },
    logins: [
      { email: "jill@example.com", password: "correct horse battery" },
      { email: "jack@example.com", password: "purple monkey dishwasher" },
    ],
    baseUrl: () => demo.base,
    fetch,
    randomBytes,
    now: () => performance.now(),
    profileName: "dropbox-sign",
    features: { pkce: false, rotation: false, introspect: false, revoke: false, metadata: false },
    why: () => undefined,
    respondPage,
    ...changes,
  });
  addAssets(server);
  addStub(server, demo);
  demo.base = await server.listen({ host: "127.0.0.1", port: 0 });
  return demo;
}

function respondPage(reply: FastifyReply, page: Page, status = 200): void {
  reply
    .code(status)
    .header("content-security-policy", contentSecurityPolicy)
    .header("cache-control", "no-store")
    .type("text/html; charset=utf-8")
    .send(page.document());
}

function addAssets(server: FastifyInstance): void {
  for (const asset of [stylesheet, ...emulatorAssets]) {
    server.get(asset.path, (_, reply) => reply.type(asset.contentType).send(asset.text));
  }
}

const access = `${"MWNmNTY4".repeat(17)}ZTQ=`;
const refresh = "aE5USTJN".repeat(12);

function addStub(server: FastifyInstance, demo: Demo): void {
  const used = new Set<unknown>();
  // Decides at once: no page of the real server takes part here.
  server.get<{ Querystring: Record<string, string> }>("/oauth/authorize", (request, reply) => {
    const query = new URLSearchParams({ state: request.query.state ?? "" });
    if (demo.denies) query.set("error", "access_denied");
    else query.set("code", randomBytes(8).toString("hex"));
    return reply.redirect(`/playground/callback?${query}`, 302);
  });
  server.post<{ Body: Record<string, string> }>("/oauth/token", (request, reply) => {
    const { body } = request;
    demo.received.push(body);
    if (body.grant_type !== "refresh_token" && used.has(body.code)) {
      used.add("revoked");
      return reply
        .code(400)
        .send(
          refusal(
            "Either the combo client_id/code is wrong or this request was made more than 1 hour after the inital grant",
            "bad_request",
          ),
        );
    }
    used.add(body.code);
    if (body.grant_type !== "refresh_token") used.delete("revoked");
    const again =
      body.grant_type === "refresh_token"
        ? { access_token: `${access.slice(0, -5)}AAAA=` }
        : { access_token: access, state: body.state };
    return reply
      .header("cache-control", "no-store")
      .send({ ...again, token_type: "Bearer", refresh_token: refresh, expires_in: 86_400 });
  });
  server.get("/v3/account", (_, reply) => {
    if (!used.has("revoked")) {
      return {
        account: {
          account_id: "5008b25c7f67153e57d5a357b1687968068fb465",
          email_address: "jill@example.com",
          is_locked: false,
          is_paid_hs: false,
          is_paid_hf: false,
          quotas: { templates_left: 5, api_signature_requests_left: 10 },
          role_code: null,
          callback_url: null,
        },
      };
    }
    return reply
      .code(401)
      .header("www-authenticate", 'Bearer error="invalid_token"')
      .send(refusal("Unauthorized api key", "unauthorized"));
  });
}

function refusal(message: string, name: string) {
  return { error: { error_msg: message, error_name: name } };
}
