/** The part of the configuration that is about the protocol: the profile, what is changed of it, and who may come unregistered. */

import type { ConfigReader } from "./config-reader.js";
import type { OpenClientSettings } from "./oauth/open-clients/settings.js";
import type { Profile } from "./oauth/profile/profile.js";
import { profiles } from "./oauth/profile/profiles.js";
import { openClientKeys, readOpenClients } from "./open-clients-config.js";

export const protocolKeys = [
  "COUNTERSIGN_PROFILE",
  "COUNTERSIGN_REQUIRE_PKCE",
  "COUNTERSIGN_ACCESS_TOKEN_SECONDS",
  "COUNTERSIGN_CODE_SECONDS",
  "COUNTERSIGN_REFRESH_SECONDS",
  "COUNTERSIGN_REFRESH_IDLE_SECONDS",
  "COUNTERSIGN_ROTATION_GRACE_SECONDS",
  ...openClientKeys,
] as const;

type Reader = ConfigReader<(typeof protocolKeys)[number]>;

export interface ProtocolConfig {
  readonly profile: Profile;
  /** Which clients are let in that nobody registered here; undefined is none. */
  readonly openClients: OpenClientSettings | undefined;
}

export function readProtocol(reader: Reader): ProtocolConfig {
  const profile = readProfile(reader);
  return { profile, openClients: readOpenClients(reader, profile) };
}

function readProfile(reader: Reader): Profile {
  const base = profiles[reader.choice("COUNTERSIGN_PROFILE", ["standard", "dropbox-sign", "fapi2"])];
  const mostSeconds = 16_777_215;
  const family = reader.get("COUNTERSIGN_REFRESH_SECONDS");
  const idle = reader.get("COUNTERSIGN_REFRESH_IDLE_SECONDS");
  return {
    ...base,
    pkceRequiredOf: readPkceRequiredOf(reader, base),
    accessTokenSeconds: reader.whole(
      "COUNTERSIGN_ACCESS_TOKEN_SECONDS",
      base.accessTokenSeconds,
      1,
      mostSeconds,
    ),
    codeSeconds: reader.whole("COUNTERSIGN_CODE_SECONDS", base.codeSeconds, 1, base.mostCodeSeconds),
    rotationGraceSeconds: reader.whole(
      "COUNTERSIGN_ROTATION_GRACE_SECONDS",
      base.rotationGraceSeconds,
      0,
      3600,
    ),
    familySeconds:
      family === undefined ? base.familySeconds : reader.whole("COUNTERSIGN_REFRESH_SECONDS", 0, 60, 1e9),
    familyIdleSeconds:
      idle === undefined
        ? base.familyIdleSeconds
        : reader.whole("COUNTERSIGN_REFRESH_IDLE_SECONDS", 0, 7200, 1e9),
  };
}

function readPkceRequiredOf(reader: Reader, base: Profile): Profile["pkceRequiredOf"] {
  const required = reader.flag("COUNTERSIGN_REQUIRE_PKCE");
  if (required && base.pkce === "ignored")
    reader.fault("COUNTERSIGN_REQUIRE_PKCE", `cannot be true: the ${base.name} profile does not read PKCE`);
  return required ? "all" : base.pkceRequiredOf;
}
