/** Owns the one stylesheet: system fonts, both colour schemes, nothing loaded from elsewhere. */

import { asset } from "./asset.js";
import { BASE } from "./styles/base.js";
import { CARDS } from "./styles/cards.js";
import { FORMS } from "./styles/forms.js";
import { INSPECTOR } from "./styles/inspector.js";
import { PLAYGROUND } from "./styles/playground.js";

export const stylesheet = asset("style", [BASE, FORMS, CARDS, PLAYGROUND, INSPECTOR].join("\n"));
