/** The profiles by their names. */

import { dropboxSign } from "./dropbox-sign.js";
import { fapi2 } from "./fapi2.js";
import type { Profile } from "./profile.js";
import { standard } from "./standard.js";

export const profiles: Readonly<Record<Profile["name"], Profile>> = {
  "dropbox-sign": dropboxSign,
  standard,
  fapi2,
};
