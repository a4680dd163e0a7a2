/** Family ids are 16 bytes on SQLite: half of their text. */

import { isFamilyId } from "../../shared/text.js";

/** Returns the id as bytes; what cannot be an id becomes bytes that no family has. */
export const idToBlob = (id: string): Buffer => Buffer.from(isFamilyId(id) ? id : "", "hex");

export const blobToId = (blob: unknown): string => Buffer.from(blob as Uint8Array).toString("hex");
