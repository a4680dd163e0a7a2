/** What the API holds of an app beside what the authorization server does: plain values, replaced and never changed. */

export interface AppSettings {
  readonly clientId: string;
  readonly domains: readonly string[];
  readonly whiteLabeling: Readonly<Record<string, string>> | undefined;
  readonly canInsertEverywhere: boolean | undefined;
}

/** Of an app that was not made by the API. */
export const noSettings = (clientId: string): AppSettings => ({
  clientId,
  domains: [],
  whiteLabeling: undefined,
  canInsertEverywhere: undefined,
});
