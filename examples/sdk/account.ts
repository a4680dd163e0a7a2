import { AccountApi } from "@countersign/sdk";
import { app, keeper } from "./oauth.js";

/** A call of the API in a user's name, with a token that is valid at this moment. */
export async function accountOf(userId: string) {
  const api = new AccountApi(app.config, { tokens: keeper, userId });
  return api.accountGet();
}
