/** Auth.js, as `Auth(request, config)`: what next-auth, SvelteKit's and Express' packages call. */

import type { Client, House } from "./client.js";
import { CookieJar } from "./cookie-jar.js";

/** Its types bring those of a browser into every file of these tests, so they are left out. */
const library: string = "@auth/core";
const { Auth: answer, customFetch } = (await import(library)) as {
  readonly Auth: (request: Request, config: object) => Promise<Response>;
  readonly customFetch: symbol;
};

const inBody = { client: { token_endpoint_auth_method: "client_secret_post" } };

/** Where there is no metadata to discover, a program can say itself what it would be. */
function discoveryOf(house: House): typeof fetch {
  const metadata = { issuer: house.issuer, authorization_endpoint: house.authorizeUrl };
  return async (url, init) =>
    String(url).endsWith("/.well-known/openid-configuration") ? Response.json(metadata) : fetch(url, init);
}

const origin = "https://web.example.com";

export const authJs: Client = {
  name: "@auth/core",
  callbackUrl: `${origin}/auth/callback/countersign`,
  ways: {
    standard: {
      set: { endpoints: true },
      words: "`token` and `userinfo`",
      why: "of the metadata it uses the authorization endpoint alone",
    },
    "dropbox-sign": {
      set: { issuer: "https://sign.example.com", ownDiscovery: true, checks: ["state"], ...inBody },
      words:
        '`checks: ["state"]`, `client: { token_endpoint_auth_method: "client_secret_post" }` and, for `authorization`, a `customFetch` that answers its discovery',
      why: "PKCE and HTTP Basic are not read and any `scope` refused, as live; with `authorization` it always sends one",
      refused: "scope_unsupported",
    },
  },
  async drive(house, { ownDiscovery, issuer, endpoints, ...more }) {
    let accessToken = "";
    const { authorizeUrl: authorization, tokenUrl: token, accountUrl: userinfo } = house;
    const profile = ({ account }: { account: Record<string, string> }) => ({
      ...{ id: account.account_id, email: account.email_address },
    });
    const byHand = {
      ...{ token, userinfo, profile },
      ...(ownDiscovery === undefined ? { authorization } : { [customFetch]: discoveryOf(house) }),
    };
    const config = {
      ...{ basePath: "/auth", trustHost: true, secret: "a secret of the tests, long enough to be one" },
      providers: [
        {
          ...{ id: "countersign", name: "Countersign", type: "oauth" },
          ...{ clientId: house.clientId, clientSecret: house.clientSecret },
          ...((house.metadata || issuer !== undefined) && { issuer: house.issuer }),
          ...(!house.metadata && byHand),
          ...(endpoints !== undefined && { token, userinfo: `${house.issuer}/oauth/userinfo` }),
          ...more,
        },
      ],
      callbacks: {
        jwt(given: { token: object; account?: { access_token: string } }) {
          accessToken = given.account?.access_token ?? accessToken;
          return given.token;
        },
      },
      logger: { error() {}, warn() {} },
    };
    const jar = new CookieJar(origin, (request) => answer(request, config));
    const { csrfToken } = (await (await jar.fetch("/auth/csrf")).json()) as { csrfToken: string };
    const start = await jar.post("/auth/signin/countersign", { csrfToken });
    const callback = await house.consent(String(start.headers.get("location")));
    await jar.fetch(callback);
    const session = (await (await jar.fetch("/auth/session")).json()) as { user?: { email: string } } | null;
    if (session?.user?.email === undefined) throw new Error("nobody is signed in");
    return { accessToken };
  },
};
