import { AuthorizationFlow, cookieState, TokenKeeper } from "@countersign/sdk";
import { FileTokenStore } from "@countersign/sdk/stores/file";

const {
  CLIENT_ID = "",
  CLIENT_SECRET = "",
  COOKIE_SECRET = "",
  NODE_ENV,
  OAUTH_URL,
  TOKEN_FOLDER,
} = process.env;

// OAUTH_URL is a Countersign server, http://127.0.0.1:4010 say. Without it the live service is called.
export const app = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, config: { baseUrl: OAUTH_URL } };

export const flow = new AuthorizationFlow({
  ...app,
  state: cookieState({ secret: COOKIE_SECRET, secure: NODE_ENV === "production" }),
});

export const keeper = new TokenKeeper({ ...app, store: new FileTokenStore(TOKEN_FOLDER ?? "tokens") });
