/** Owns the stylesheets and scripts of an emulator. A production server has none of them. */

import { scriptOf, stylesheetOf } from "../../pages/asset.js";

export const emulatorStyles = stylesheetOf(import.meta.url, ["browser/emulator.css"]);

export const playgroundStyles = stylesheetOf(import.meta.url, [
  "browser/emulator.css",
  "../playground/browser/playground.css",
]);

export const inspectorStyles = stylesheetOf(import.meta.url, [
  "browser/emulator.css",
  "../inspector/browser/inspector.css",
]);

export const playgroundScript = scriptOf(import.meta.url, [
  "browser/copy.js",
  "../playground/browser/playground.js",
]);

export const inspectorScript = scriptOf(import.meta.url, [
  "browser/copy.js",
  "../inspector/browser/inspector.js",
]);

export const emulatorAssets = [
  emulatorStyles,
  playgroundStyles,
  inspectorStyles,
  playgroundScript,
  inspectorScript,
];
