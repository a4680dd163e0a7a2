/** Family ids are a `uuid` on PostgreSQL: their text with hyphens. */

import type { Column } from "../../shared/columns.js";

export const fromUuid = (uuid: unknown): string => (uuid as string).replaceAll("-", "");

export const familyId = (sql: string): Column<string> => ({ sql, read: fromUuid });
