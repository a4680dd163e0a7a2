/** AppAuth for JavaScript, as its own example of a program in Node: endpoints from the issuer, PKCE, refresh, revocation. */

import * as appAuth from "@openid/appauth";
import flags from "@openid/appauth/built/flags.js";
import { NodeCrypto } from "@openid/appauth/built/node_support/crypto_utils.js";
import { NodeRequestor } from "@openid/appauth/built/node_support/node_requestor.js";
import { type Client, type House, unmodified } from "./client.js";

/** It writes to the console unless this is off. */
(flags as { IS_LOG: boolean }).IS_LOG = false;

/** Opens the URL in the person's browser and waits for the callback, as its handlers do. */
class Handler extends appAuth.AuthorizationRequestHandler {
  readonly #house: House;
  #pending: Promise<appAuth.AuthorizationRequestResponse> | undefined;

  constructor(house: House) {
    super(new appAuth.BasicQueryStringUtils(), new NodeCrypto());
    this.#house = house;
  }

  performAuthorizationRequest(
    configuration: appAuth.AuthorizationServiceConfiguration,
    request: appAuth.AuthorizationRequest,
  ): void {
    this.#pending = (async () => {
      await request.setupCodeVerifier();
      const { searchParams } = await this.#house.consent(this.buildRequestUrl(configuration, request));
      const [code, state] = [String(searchParams.get("code")), String(searchParams.get("state"))];
      if (state !== request.state) throw new Error("another state");
      return { request, response: new appAuth.AuthorizationResponse({ code, state }), error: null };
    })();
  }

  override async completeAuthorizationRequest(): Promise<appAuth.AuthorizationRequestResponse | null> {
    return (await this.#pending) ?? null;
  }
}

export const appAuthClient: Client = {
  name: "@openid/appauth",
  callbackUrl: "http://127.0.0.1:8000/",
  public: true,
  ways: {
    standard: unmodified,
    "dropbox-sign": {
      not: "a program without a secret is refused: nothing would bind its codes to it",
      refused: "client_not_allowed",
    },
  },
  async drive(house, settings) {
    const requestor = new NodeRequestor();
    const configuration = house.metadata
      ? await appAuth.AuthorizationServiceConfiguration.fetchFromIssuer(house.issuer, requestor)
      : new appAuth.AuthorizationServiceConfiguration({
          ...{ authorization_endpoint: house.authorizeUrl, token_endpoint: house.tokenUrl },
          revocation_endpoint: "",
        });
    const client = { client_id: house.clientId, redirect_uri: house.callbackUrl };
    const wish = { ...client, response_type: "code", ...settings } as appAuth.AuthorizationRequestJson;
    const request = new appAuth.AuthorizationRequest(wish, new NodeCrypto());
    const handler = new Handler(house);
    handler.performAuthorizationRequest(configuration, request);
    const answer = await handler.completeAuthorizationRequest();
    const tokens = new appAuth.BaseTokenRequestHandler(requestor);
    const perform = (fields: object) =>
      tokens.performTokenRequest(
        configuration,
        new appAuth.TokenRequest({ ...client, ...fields } as appAuth.TokenRequestJson),
      );
    const extras = { code_verifier: request.internal?.code_verifier };
    const code = answer?.response?.code;
    const first = await perform({ grant_type: "authorization_code", code, extras });
    const next = await perform({ grant_type: "refresh_token", refresh_token: first.refreshToken });
    const { accessToken } = next;
    const revocation = new appAuth.RevokeTokenRequest({ token: accessToken, client_id: house.clientId });
    const revoke = () => tokens.performRevokeTokenRequest(configuration, revocation);
    return { accessToken, revoke };
  },
};
