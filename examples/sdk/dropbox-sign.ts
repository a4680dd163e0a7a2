import { withTokenKeeper } from "@countersign/sdk";
import { AccountApi } from "@dropbox/sign";
import { keeper } from "./oauth.js";

/** The official SDK, every call of it with a fresh token of this user. */
export function officialAccountApi(userId: string, basePath?: string) {
  return withTokenKeeper(new AccountApi(basePath), keeper, userId);
}
