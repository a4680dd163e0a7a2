/** The hosts of the live service that OAuth and the API are called at: an emulator answers for them. */

export const apiHost = "api.hellosign.com";
export const liveHosts: ReadonlySet<string> = new Set(["app.hellosign.com", apiHost]);
