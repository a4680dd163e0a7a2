/** grant, as the middleware of a plain server of Node. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import grantModule from "grant";
import { type Client, unmodified } from "./client.js";
import { CookieJar } from "./cookie-jar.js";

/** What its types call the default export is the module itself. */
const grant = grantModule as unknown as typeof grantModule.default;

const origin = "https://web.example.com";

export const grantClient: Client = {
  name: "grant",
  callbackUrl: `${origin}/connect/countersign/callback`,
  ways: { standard: unmodified, "dropbox-sign": unmodified },
  async drive(house, settings) {
    const middleware = grant.node({
      config: {
        defaults: { origin, transport: "state", state: true, pkce: true },
        countersign: {
          ...{ oauth: 2, key: house.clientId, secret: house.clientSecret },
          ...{ authorize_url: house.authorizeUrl, access_url: house.tokenUrl, ...settings },
        },
      },
      session: { secret: "a secret of the tests, long enough to be one" },
    });
    const web = createServer(async (request, response) => {
      const { redirect, response: found } = (await middleware(request, response)) as {
        redirect?: boolean;
        response?: object;
      };
      if (!redirect) response.end(JSON.stringify(found));
    });
    await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
    const { port } = web.address() as AddressInfo;
    const jar = new CookieJar(origin, (request) => {
      const { pathname, search } = new URL(request.url);
      const to = `http://127.0.0.1:${port}${pathname}${search}`;
      return fetch(to, { headers: request.headers, redirect: "manual" });
    });
    try {
      const start = await jar.fetch("/connect/countersign");
      const answer = await jar.fetch(await house.consent(String(start.headers.get("location"))));
      const { access_token: accessToken } = (await answer.json()) as { access_token: string };
      return { accessToken };
    } finally {
      web.closeAllConnections();
      web.close();
    }
  },
};
