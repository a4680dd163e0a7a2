/** Owns the assets of a production server: one stylesheet for every page, and the script of the sign-in page. */

import { scriptOf, stylesheetOf } from "./asset.js";

export const stylesheet = stylesheetOf(import.meta.url, [
  "browser/base.css",
  "browser/forms.css",
  "browser/cards.css",
]);

export const loginScript = scriptOf(import.meta.url, ["browser/login.js"]);
