/** Owns the one stylesheet: system fonts, both colour schemes, nothing loaded from elsewhere. */

import { INSPECTOR } from "../emulator/inspector/page/style.js";
import { PLAYGROUND } from "../emulator/playground/page/style.js";
import { asset } from "./asset.js";
import { BASE } from "./styles/base.js";
import { CARDS } from "./styles/cards.js";
import { FORMS } from "./styles/forms.js";

export const stylesheet = asset("style", [BASE, FORMS, CARDS, PLAYGROUND, INSPECTOR].join("\n"));
