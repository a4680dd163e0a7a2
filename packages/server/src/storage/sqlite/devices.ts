/** Devices that wait for a person's answer, on SQLite (RFC 8628). */

import { pollJitterMilliseconds, slowDownSeconds } from "../port/acts.js";
import type { Storage } from "../port/storage.js";
import { columns } from "../shared/columns.js";
import { deviceOf } from "../shared/rows.js";
import { codeIssuer } from "./codes.js";
import { type Context, toSql } from "./engine/context.js";

type DeviceVerbs = Pick<Storage, "startDevice" | "findDevice" | "decideDevice" | "pollDevice">;

export function deviceVerbs(context: Context): DeviceVerbs {
  const insert = context.prepare(
    "INSERT INTO devices(hash, user_key, app_pk, scopes, resources, interval_seconds, expires_at) SELECT ?, ?, pk, ?, ?, ?, ? FROM apps WHERE client_id = ? ON CONFLICT DO NOTHING",
  );
  const found = columns(deviceOf);
  const find = context.prepareRow(
    `SELECT ${found.list} FROM devices d JOIN apps p ON p.pk = d.app_pk WHERE d.user_key = ? AND d.denied = 0`,
  );
  const deny = context.prepare("UPDATE devices SET denied = 1 WHERE hash = ?");
  const end = context.prepare("DELETE FROM devices WHERE hash = ?");
  const issue = codeIssuer(context);
  const live = (userKey: string, now: number) => {
    const row = find.get(userKey);
    const device = row && found.placed(row);
    return device && device.expiresAt > now ? device : undefined;
  };
  return {
    startDevice: ({ hash, userKey, clientId, scopes, resources, intervalSeconds, expiresAt }) =>
      context.write(() => {
        const values = [hash, userKey, scopes.join(" "), resources, intervalSeconds, expiresAt, clientId];
        return Number(insert.run(...values.map(toSql)).changes) === 1;
      }),
    findDevice: (userKeys, now) =>
      context.read(() => userKeys.map((key) => live(key, now)).find((one) => one !== undefined)),
    decideDevice: ({ userKey, accountId, now }) =>
      context.write(() => {
        const device = live(userKey, now);
        if (device === undefined) return false;
        if (accountId === undefined) return Number(deny.run(device.hash).changes) === 1;
        end.run(device.hash);
        const { hash, clientId, scopes, resources, expiresAt } = device;
        const code = { hash, accountId, clientId, scopes, resources, issuedAt: now, expiresAt };
        issue({
          ...code,
          redirectUri: "",
          redirectUriGiven: false,
          state: undefined,
          codeChallenge: undefined,
          dpopJkt: undefined,
        });
        return true;
      }),
    pollDevice: pollDevice(context),
  };
}

function pollDevice(context: Context): Storage["pollDevice"] {
  const find = context.prepare(
    "SELECT d.denied, d.polled_at, d.interval_seconds FROM devices d JOIN apps p ON p.pk = d.app_pk WHERE d.hash = ? AND p.client_id = ? AND d.expires_at > ?",
  );
  const note = context.prepare(
    "UPDATE devices SET polled_at = ?, interval_seconds = interval_seconds + ? WHERE hash = ?",
  );
  return ({ hash, clientId, now }) =>
    context.writeSparing(() => {
      const row = find.get(hash, clientId, now);
      if (row === undefined) return "unknown";
      if (row.denied === 1) return "denied";
      const interval = (row.interval_seconds as number) * 1000 - pollJitterMilliseconds;
      const early = row.polled_at !== null && now < (row.polled_at as number) + interval;
      note.run(now, early ? slowDownSeconds : 0, hash);
      return early ? "slow_down" : "pending";
    });
}
