/** Client authentication at the token endpoint (RFC 6749 §2.3). */
import { equalSecrets } from "../crypto/compare.js";
import type { KeyRing } from "../crypto/key-ring.js";
import { unseal } from "../crypto/sealed.js";
import type { Profile } from "../profile.js";
import type { App, ClientSecret, Storage } from "../storage/storage.js";
import { Refusal } from "./error.js";
import type { Parameters } from "./parameters.js";

/** What a request offers as proof of who the client is. */
export interface ClientCredentials {
  readonly clientId: string | undefined;
  readonly secret: string | undefined;
  readonly method: "client_secret_post" | "client_secret_basic" | "none";
}

/**
 * Returns the credentials of a request.
 * @param authorization the Authorization header, if any.
 * @throws {Refusal} when two ways are used at once, or the one used is not offered.
 */
export function readCredentials(
  profile: Profile,
  parameters: Parameters,
  authorization: string | undefined,
): ClientCredentials {
  const clientId = parameters.optional("client_id");
  const secret = parameters.optional("client_secret");
  const reads = (method: Profile["clientAuthentication"][number]) =>
    profile.clientAuthentication.includes(method);
  const basic = reads("client_secret_basic") ? parseBasic(authorization) : undefined;
  if (basic === undefined)
    return { clientId, secret, method: secret === undefined ? "none" : "client_secret_post" };
  if (secret !== undefined) {
    throw new Refusal("client_authentication_twice", "client_secret in the body and an Authorization header");
  }
  if (clientId !== undefined && clientId !== basic.clientId) {
    throw new Refusal(
      "client_authentication_twice",
      "client_id differs between body and Authorization header",
    );
  }
  return { ...basic, method: "client_secret_basic" };
}

/** RFC 6749 §2.3.1: user name and password are each form-url-encoded before they are joined. */
function parseBasic(header: string | undefined): { clientId: string; secret: string } | undefined {
  const match = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header ?? "");
  if (match === null) return undefined;
  const [user, ...rest] = Buffer.from(match[1] as string, "base64")
    .toString("utf8")
    .split(":");
  const [clientId, secret] = [formDecode(user as string), formDecode(rest.join(":"))];
  if (clientId === undefined || secret === undefined || rest.length === 0) {
    const detail = "the Basic credentials are not form-url-encoded as RFC 6749 section 2.3.1 says";
    throw new Refusal("client_authentication_unsupported", detail);
  }
  return { clientId, secret };
}

function formDecode(value: string): string | undefined {
  try {
    return decodeURIComponent(value.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

/** Returns the app if its secret is right. @throws {Refusal} */
export async function authenticateClient(
  ring: KeyRing,
  storage: Pick<Storage, "findApp">,
  credentials: ClientCredentials,
  now: number,
): Promise<App> {
  if (credentials.clientId === undefined) {
    throw new Refusal("parameter_missing", "client_id was not sent", "client_id");
  }
  const app = await storage.findApp(credentials.clientId);
  if (app === undefined) throw new Refusal("client_unknown", "no app has this client_id", "client_id");
  checkSecret(ring, app, credentials.secret, now);
  return app;
}

/** @throws {Refusal} unless the secret is one of the app's live ones, or the app is public and sends none. */
export function checkSecret(ring: KeyRing, app: App, secret: string | undefined, now: number): void {
  if (app.public) {
    if (secret !== undefined) throw new Refusal("client_secret_wrong", "a public app has no client_secret");
    return;
  }
  if (secret === undefined) {
    throw new Refusal("client_secret_missing", "client_secret was not sent", "client_secret");
  }
  const live = app.secrets.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
  const matches = live.map((stored) => equalSecrets(unsealSecret(ring, app.clientId, stored), secret));
  if (!matches.includes(true)) {
    throw new Refusal("client_secret_wrong", "client_secret is not the one of this app", "client_secret");
  }
}

/** Returns a client secret in clear. */
export function unsealSecret(ring: KeyRing, clientId: string, stored: ClientSecret): string {
  return unseal(ring, clientSecretContext(clientId), stored.sealed);
}

export const clientSecretContext = (clientId: string): string => `client secret:${clientId}`;
