/** The endpoints that the emulator adds to the server's own. */

import type { Endpoint } from "../oauth/endpoints.js";

export const emulatorEndpoints = {
  authorizeHeadless: {
    operation: "authorizeHeadless",
    method: "POST",
    path: "/_emulator/authorize",
    errors: "api",
  },
  accountUpdate: { operation: "accountUpdate", method: "PUT", path: "/v3/account", errors: "api" },
  accountCreate: { operation: "accountCreate", method: "POST", path: "/v3/account/create", errors: "api" },
  accountVerify: { operation: "accountVerify", method: "POST", path: "/v3/account/verify", errors: "api" },
  confirmPage: {
    operation: "accountConfirmPage",
    method: "GET",
    path: "/account/confirm",
    errors: "browser",
  },
  confirm: { operation: "accountConfirm", method: "POST", path: "/account/confirm", errors: "browser" },
} as const satisfies Readonly<Record<string, Endpoint>>;
