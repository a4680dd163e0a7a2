// What the app keeps for one person: the tokens, and how they are renewed.
import { HttpError } from "@dropbox/sign";

/** The person must be sent to authorize (again). */
export class NotConnected extends Error {}

/** Renewed this long before its end, in milliseconds, so that a token does not run out on its way. */
const earlyMilliseconds = 60_000;

export class Connection {
  #api;
  #credentials;
  #now;
  #tokens;
  #expiresAt = 0;
  #renewing;

  constructor(api, credentials, state, now) {
    this.#api = api;
    this.#credentials = credentials;
    this.state = state;
    this.#now = now;
  }

  async exchange(code) {
    const request = { ...this.#credentials, code, state: this.state, grantType: "authorization_code" };
    this.#keep((await this.#api.oauthTokenGenerate(request)).body);
  }

  /** Calls with a token that is good; renews it once if the service says that it is not. */
  async call(work) {
    if (this.#tokens === undefined) throw new NotConnected();
    if (this.#now() >= this.#expiresAt - earlyMilliseconds) await this.#renew();
    try {
      return await work(this.#tokens.accessToken);
    } catch (fault) {
      if (!(fault instanceof HttpError) || fault.statusCode !== 401) throw fault;
      await this.#renew();
      return work(this.#tokens.accessToken);
    }
  }

  /** One renewal at a time, however many calls ask for it. */
  #renew() {
    this.#renewing ??= this.#refresh().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #refresh() {
    const request = {
      ...this.#credentials,
      refreshToken: this.#tokens.refreshToken,
      grantType: "refresh_token",
    };
    try {
      this.#keep((await this.#api.oauthTokenRefresh(request)).body);
    } catch (fault) {
      // Refused for good is one thing. No answer is another: the refresh token is still good, and is tried again.
      if (fault instanceof HttpError && fault.statusCode === 400) throw new NotConnected();
      if (fault instanceof HttpError) throw fault;
      this.#keep((await this.#api.oauthTokenRefresh(request)).body);
    }
  }

  #keep(tokens) {
    this.#tokens = tokens;
    this.#expiresAt = this.#now() + tokens.expiresIn * 1000;
  }
}
