/** The hosts of the live service that OAuth and the API are called at: an emulator answers for them. */

export const apiHost = "api.hellosign.com";
export const liveHosts: ReadonlySet<string> = new Set(["app.hellosign.com", apiHost]);

/** Names the live host that was asked, where a client cannot send it as `Host`: fetch does not. */
export const liveHostHeader = "x-countersign-live-host";
