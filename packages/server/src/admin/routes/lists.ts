/** The lists of the admin API: `limit` and `after` page them, and a query key that is not known is refused. */

import { type ListQuery, listAudit, lists, mostOfPage, usualPage } from "../acts/lists.js";
import type { AdminContext } from "../context.js";
import { choiceIn, defined, objectOf, refuse, textIn } from "../fields.js";
import type { Call, Route } from "./route.js";

export function listRoutes(route: Route, context: AdminContext): void {
  route("GET", "/accounts", async (call) => page(await lists.accounts(context, queryOf(call, []))));
  route("GET", "/apps", async (call) => {
    const given = givenIn(call, ["open"]);
    const open = choiceIn(given, "open", ["true", "false"]) === "true";
    return page(await lists.apps(context, { ...pageIn(given), open }));
  });
  for (const name of ["grants", "families"] as const)
    route("GET", `/${name}`, async (call) =>
      page(await lists[name](context, queryOf(call, ["account", "client_id"]))),
    );
  route("GET", "/accounts/:account/sessions", async (call) =>
    page(await lists.sessions(context, { ...queryOf(call, []), account: call.part("account") })),
  );
  route("GET", "/audit", async (call) => {
    const given = givenIn(call, ["event", "client_id", "account_id", "actor", "since", "until"]);
    return page(
      await listAudit(context, {
        ...pageIn(given),
        ...defined({
          event: textIn(given, "event"),
          clientId: textIn(given, "client_id"),
          accountId: textIn(given, "account_id"),
          actor: textIn(given, "actor"),
          since: timeIn(given, "since"),
          until: timeIn(given, "until"),
        }),
      }),
    );
  });
}

const page = ({ items, next }: { items: readonly object[]; next: string | undefined }) => ({
  items,
  next: next ?? null,
});

const paging = ["limit", "after"];

function givenIn({ request }: Call, keys: readonly string[]): Readonly<Record<string, unknown>> {
  return objectOf(request.query, [...paging, ...keys]);
}

function pageIn(given: Readonly<Record<string, unknown>>) {
  const limit = Number(given.limit ?? usualPage);
  if (!Number.isInteger(limit) || limit < 1 || limit > mostOfPage)
    refuse("limit", `must be a whole number from 1 to ${mostOfPage}`);
  return { limit, after: textIn(given, "after") };
}

function queryOf(call: Call, keys: readonly string[]): ListQuery {
  const given = givenIn(call, keys);
  return { ...pageIn(given), account: textIn(given, "account"), clientId: textIn(given, "client_id") };
}

function timeIn(given: Readonly<Record<string, unknown>>, key: string): number | undefined {
  const text = textIn(given, key);
  const time = text === undefined ? undefined : Date.parse(text);
  if (Number.isNaN(time)) refuse(key, "must be a time such as 2030-01-31T12:00:00Z");
  return time;
}
