/** Family ids are a `uuid` on PostgreSQL: their text with hyphens. */

export const fromUuid = (uuid: unknown): string => (uuid as string).replaceAll("-", "");
