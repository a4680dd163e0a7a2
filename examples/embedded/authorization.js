// The authorization server that both programs mount. Their own people sign in on a page of their own.
import { createAccount, createApp, createAuthorizationServer, openSqliteStorage } from "@countersign/server";

/** Your accounts, wherever they are. */
const people = new Map([["jill@example.com", "correct horse battery staple"]]);

export async function authorizationServer(issuer) {
  const storage = openSqliteStorage(":memory:");
  const server = await createAuthorizationServer({
    issuer,
    secrets: ["a secret of your own, long enough to be one: 0123456789"],
    storage,
    signInUrl: "/sign-in",
  });
  const owner = await createAccount(server.deps, {
    email: "owner@example.com",
    password: undefined,
    confirmed: true,
  });
  const app = await createApp(server.deps, {
    name: "An app",
    ownerId: owner.id,
    approved: true,
    clientId: "an-app",
    clientSecret: "the-secret-of-an-app",
    callbackUrls: ["https://app.example.com/callback"],
    scopes: ["documents"],
  });
  return { server, storage, app };
}

/** The server's own record of a person: made at the first sign-in, without a password. */
async function accountOf({ server, storage }, email) {
  return (
    (await storage.findAccountByEmail(email)) ??
    (await createAccount(server.deps, { email, password: undefined, confirmed: true }))
  );
}

/** Returns the cookies of a session and where to go on, or undefined if the password is wrong. */
export async function signIn(mounted, { email, password, return_to: onward }) {
  if (people.get(email) === undefined || people.get(email) !== password) return undefined;
  const account = await accountOf(mounted, email);
  // Only a path of this server: anything else would be an open redirector.
  const location = /^\/(oauth\/authorize\?|connected-apps$)/.test(onward ?? "") ? onward : "/";
  return { location, cookies: await mounted.server.signIn(account.id) };
}

export function signInPage(onward) {
  const escaped = String(onward ?? "").replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<!doctype html><title>Sign in</title><form method="post"><input name="email"><input name="password" type="password">
<input type="hidden" name="return_to" value="${escaped}"><button>Sign in</button></form>`;
}
