import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How the stub behaves. */
export interface StubOptions {
  /** Whether a refresh token is replaced at each use. @default false */
  rotation?: boolean;
  /** Milliseconds in which the token before the newest gets the same successor again. @default 60000 */
  graceMs?: number;
  /** Milliseconds since the epoch. @default Date.now */
  now?: () => number;
  /** @default 86400 */
  expiresIn?: number;
  /** What happens to the nth refresh (from 1): "lost" does it and breaks the connection, a number is the status. */
  fault?: (refresh: number) => "lost" | number | undefined;
  /** Held before the refresh is answered. */
  gate?: () => Promise<void>;
}

/** A family: all tokens that follow from one consent. */
interface Family {
  generation: number;
  rotatedAtMs: number;
  revoked: boolean;
  issued: number;
}

/**
 * An authorization server reduced to what token keeping depends on: codes, refresh with or without rotation, the same
 * successor again within a grace period, reuse detection that revokes the family, revocation, one API resource.
 */
export interface StubServer {
  url: string;
  /** Refresh requests that arrived, answered or not. */
  refreshes: number;
  /** Refresh requests that got a token, heard or not. */
  granted: number;
  /** A token response of a new family, as a code exchange gives it. */
  authorize(): { accessToken: string; refreshToken: string; tokenType: "Bearer"; expiresIn: number };
  revoke(refreshToken: string): void;
  isActive(accessToken: string): boolean;
  close(): Promise<void>;
}

export async function startStub(options: StubOptions = {}): Promise<StubServer> {
  const { rotation = false, graceMs = 60_000, now = Date.now, expiresIn = 86_400, fault } = options;
  const families: Family[] = [];
  const familyOf = (token: string) => families[Number(token.split(".")[1])];
  const issue = (id: number) => {
    const family = families[id] as Family;
    family.issued++;
    return {
      access_token: `at.${id}.${family.generation}.${family.issued}`,
      token_type: "Bearer",
      refresh_token: `rt.${id}.${family.generation}`,
      expires_in: expiresIn,
    };
  };
  const begin = () => {
    families.push({ generation: 0, rotatedAtMs: 0, revoked: false, issued: 0 });
    return issue(families.length - 1);
  };
  const refresh = (token: string) => {
    const [kind, id, generation] = token.split(".");
    const family = families[Number(id)];
    if (kind !== "rt" || family === undefined || family.revoked) return undefined;
    const age = family.generation - Number(generation);
    const isReplay = age === 1 && now() < family.rotatedAtMs + graceMs;
    if (age !== 0 && !isReplay) {
      family.revoked = true; // RFC 9700 section 4.14.2
      return undefined;
    }
    if (rotation && age === 0)
      Object.assign(family, { generation: family.generation + 1, rotatedAtMs: now() });
    return issue(Number(id));
  };

  const answerToken = async (fields: Record<string, string>, response: ServerResponse, isForm: boolean) => {
    if (fields.grant_type === "authorization_code") {
      return fields.code?.startsWith("code")
        ? reply(response, 200, { ...begin(), state: fields.state })
        : refuse(response, isForm);
    }
    stub.refreshes++;
    const what = fault?.(stub.refreshes);
    if (typeof what === "number")
      return reply(response, what, { error: { error_name: "unavailable", error_msg: "x" } });
    await options.gate?.();
    const token = refresh(fields.refresh_token ?? "");
    if (token !== undefined) stub.granted++;
    if (what === "lost") return void response.destroy();
    return token === undefined ? refuse(response, isForm) : reply(response, 200, token);
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    const body = await readAll(request);
    if (url.pathname === "/oauth/token") {
      const isForm = request.headers["content-type"]?.includes("form") ?? false;
      const fields = isForm ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body);
      return answerToken(fields, response, isForm);
    }
    if (url.pathname === "/oauth/revoke") {
      const family = familyOf(new URLSearchParams(body).get("token") ?? "");
      if (family !== undefined) family.revoked = true;
      return reply(response, 200, {});
    }
    if (url.pathname === "/oauth/authorize") return consent(url, response);
    const token = (request.headers.authorization ?? "").replace("Bearer ", "");
    if (!stub.isActive(token))
      return reply(response, 401, { error: { error_name: "unauthorized", error_msg: "no" } });
    return reply(response, 200, { account: { account_id: token, received: body } });
  });
  const consent = (url: URL, response: ServerResponse) => {
    const callback = new URL(url.searchParams.get("redirect_uri") ?? "http://127.0.0.1/callback");
    callback.searchParams.set("code", `code${families.length}`);
    callback.searchParams.set("state", url.searchParams.get("state") ?? "");
    response.writeHead(302, { location: callback.href }).end();
  };
  const stub: StubServer = {
    url: "",
    refreshes: 0,
    granted: 0,
    authorize: () => {
      const { access_token, refresh_token } = begin();
      return { accessToken: access_token, refreshToken: refresh_token, tokenType: "Bearer", expiresIn };
    },
    revoke: (refreshToken) => {
      (familyOf(refreshToken) as Family).revoked = true;
    },
    isActive: (accessToken) => accessToken.startsWith("at.") && familyOf(accessToken)?.revoked === false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return stub;
}

// As the live service is known to: a form gets RFC 6749's shape, JSON the API's.
function refuse(response: ServerResponse, isForm: boolean): void {
  const text = "Invalid grant data (refresh token)";
  const asked = { error: "invalid_grant", error_description: text };
  reply(response, 400, isForm ? asked : { error: { error_name: "bad_request", error_msg: text } });
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function readAll(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
}
