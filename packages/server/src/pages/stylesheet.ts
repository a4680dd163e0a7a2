/** Owns the one stylesheet: system fonts, both colour schemes, nothing loaded from elsewhere. */

import { inspector } from "../emulator/inspector/page/style.js";
import { playground } from "../emulator/playground/page/style.js";
import { asset } from "./asset.js";
import { base } from "./styles/base.js";
import { cards } from "./styles/cards.js";
import { forms } from "./styles/forms.js";

export const stylesheet = asset("style", [base, forms, cards, playground, inspector].join("\n"));
